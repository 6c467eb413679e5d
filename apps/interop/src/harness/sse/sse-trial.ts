import type { OutgoingHttpHeaders } from "node:http";
import type { Revision } from "@towpath/mcp-core";
import type { SseOptions } from "@towpath/transport-sse";
import type { HttpServer } from "../http/http-server.js";
import { SseClient } from "./sse-client.js";
import { startSse } from "./sse-peer.js";

/** One run of one behaviour of HTTP+SSE’s own: a revision, and the servers it needs. */
export class SseTrial {
  readonly revision: Revision;
  /** A server that behaviours share. */
  readonly server: HttpServer;
  readonly #opened: HttpServer[] = [];
  readonly #clients: SseClient[] = [];

  constructor(server: HttpServer, revision: Revision) {
    this.server = server;
    this.revision = revision;
  }

  /** A client of the server that behaviours share, or of another, before its introduction. */
  async client(server = this.server, always?: OutgoingHttpHeaders): Promise<SseClient> {
    const client = await SseClient.open(server, this.revision, always);
    this.#clients.push(client);
    return client;
  }

  /** A server of its own, ended after the run. */
  async fresh(options: SseOptions): Promise<HttpServer> {
    const server = await startSse(options);
    this.#opened.push(server);
    return server;
  }

  async end(): Promise<void> {
    for (const { stream } of this.#clients) stream.close();
    await Promise.all(this.#opened.map((server) => server.drain()));
  }
}

export type SseBehaviour = (trial: SseTrial) => Promise<void>;
