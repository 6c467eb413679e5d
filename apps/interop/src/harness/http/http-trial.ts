import type { Revision } from "@towpath/mcp-core";
import type { StreamableHttpOptions } from "@towpath/transport-http";
import type { OutgoingHttpHeaders } from "node:http";
import type { ReferenceSettings } from "../../fixtures/reference-server.js";
import { HttpClient } from "./http-client.js";
import { HttpServer } from "./http-server.js";

/** One run of one behaviour of HTTP’s: a revision, with or without sessions, and the servers it needs. */
export class HttpTrial {
  readonly revision: Revision;
  readonly sessions: boolean;
  /** A client that has introduced itself, to a server that behaviours share. */
  readonly client: HttpClient;
  readonly #opened: HttpServer[] = [];

  constructor(client: HttpClient, sessions: boolean) {
    this.client = client;
    this.revision = client.revision;
    this.sessions = sessions;
  }

  /** Another client of the same server. */
  other(): Promise<HttpClient> {
    return new HttpClient(this.client.server, this.revision).introduce();
  }

  /** A server of its own, ended after the run. */
  async server(options: StreamableHttpOptions = {}, settings?: ReferenceSettings): Promise<HttpServer> {
    const server = await HttpServer.start({ sessions: this.sessions, ...options }, settings);
    this.#opened.push(server);
    return server;
  }

  /** A client of a server, before its introduction. */
  clientOf(server: HttpServer, always?: OutgoingHttpHeaders): HttpClient {
    return new HttpClient(server, this.revision, always);
  }

  async end(): Promise<void> {
    await Promise.all(this.#opened.map((server) => server.drain()));
  }
}

export type HttpBehaviour = (trial: HttpTrial) => Promise<void>;
