import type { IncomingMessage } from "node:http";
import type { ReadonlyHeaders } from "../contract/index.js";

/** The headers of a request of node:http, as it has parsed them; repeated ones joined by a comma. */
export class NodeHeaders implements ReadonlyHeaders {
  readonly #request: Pick<IncomingMessage, "headers">;

  constructor(request: Pick<IncomingMessage, "headers">) {
    this.#request = request;
  }

  apart(): ReadonlyHeaders {
    return new NodeHeaders({ headers: this.#request.headers });
  }

  get(name: string): string | null {
    const value = this.#request.headers[name.toLowerCase()];
    if (typeof value === "string") return value;
    // A plain object: `constructor` finds what no client has sent.
    return Array.isArray(value) ? value.join(", ") : null;
  }
}
