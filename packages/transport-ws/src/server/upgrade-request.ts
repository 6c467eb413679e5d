import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { HttpRequestHead } from "@towpath/mcp-core/http";
import { pathOf } from "@towpath/mcp-core/http-node";
import type { ReadonlyHeaders } from "@towpath/mcp-core/transport";

/** A request that asks for a WebSocket. */
export type UpgradeRequest = HttpRequestHead;

/** Headers as node:http has parsed them, without the rest of their request, which is free to go. */
export class UpgradeHeaders implements ReadonlyHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor({ headers }: IncomingMessage) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    const value = this.#headers[name.toLowerCase()];
    if (typeof value === "string") return value;
    // A plain object: `constructor` finds what no client has sent.
    return Array.isArray(value) ? value.join(", ") : null;
  }
}

export function upgradeRequest(request: IncomingMessage): UpgradeRequest {
  const { method = "GET", url = "" } = request;
  return {
    method,
    path: pathOf(request),
    headers: new UpgradeHeaders(request),
    get query() {
      const mark = url.indexOf("?");
      return new URLSearchParams(mark === -1 ? "" : url.slice(mark));
    },
  };
}
