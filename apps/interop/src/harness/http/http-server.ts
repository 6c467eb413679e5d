import { Agent, request, type OutgoingHttpHeaders } from "node:http";
import type { JsonValue, McpServer, ServerTransport } from "@towpath/mcp-core";
import { streamableHttp, type StreamableHttpOptions } from "@towpath/transport-http";
import { createReferenceServer, type ReferenceSettings } from "../../fixtures/reference-server.js";
import { isRawText, type RawText } from "../harness.js";
import { HttpReply } from "./reply.js";

/** After so long a call that is not answered is answered with a stream: at once, but after what is answered at once. */
const STREAM_AFTER_MS = 5;

export const JSON_TYPE = "application/json";
const STREAM_TYPE = "text/event-stream";

export interface Sent {
  /** Default: POST. */
  readonly method?: string;
  /** Default: that of the endpoint. */
  readonly path?: string;
  /** Added to what every client sends, or put in place of it; `undefined` takes a header away. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: JsonValue | RawText;
}

/** The reference server over HTTP in this process, and a client that sends what it is told. */
export class HttpServer {
  readonly url: URL;
  readonly #running: Running;
  readonly #gracePeriodMs: number;
  readonly #agent = new Agent({ keepAlive: true });

  static async start(
    options: StreamableHttpOptions = {},
    settings: ReferenceSettings = {},
  ): Promise<HttpServer> {
    return HttpServer.serve(createReferenceServer(settings), transportOf(options, settings), settings);
  }

  /** Serves another way: at the first URL of the transport. */
  static async serve(
    mcp: McpServer,
    transport: ServerTransport,
    { gracePeriodMs = 5_000 }: Pick<ReferenceSettings, "gracePeriodMs"> = {},
  ): Promise<HttpServer> {
    return new HttpServer(await mcp.start(transport), gracePeriodMs);
  }

  private constructor(running: Running, gracePeriodMs: number) {
    const [url = ""] = running.urls;
    this.url = new URL(url);
    this.#running = running;
    this.#gracePeriodMs = gracePeriodMs;
  }

  /** Sends a request. Settles when the head of the answer is there. */
  send({ method = "POST", path = this.url.pathname, headers, body }: Sent): Promise<HttpReply> {
    const text = body !== undefined && (isRawText(body) ? body.raw : JSON.stringify(body));
    const own = {
      accept: method === "GET" ? STREAM_TYPE : `${JSON_TYPE}, ${STREAM_TYPE}`,
      ...(body !== undefined && { "content-type": JSON_TYPE }),
    };
    const { hostname, port } = this.url;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method, agent: this.#agent }, (response) =>
        resolve(new HttpReply(response)),
      );
      for (const [name, value] of Object.entries({ ...own, ...headers })) {
        if (value !== undefined) sent.setHeader(name, value);
      }
      sent.on("error", reject);
      sent.end(text === false ? undefined : text);
    });
  }

  /** Lets what is in flight finish, and ends; then the connections kept for further requests end too. */
  drain(): Promise<void> {
    return this.#running.drain({ timeoutMs: this.#gracePeriodMs });
  }
}

type Running = Awaited<ReturnType<McpServer["start"]>>;

function transportOf(options: StreamableHttpOptions, settings: ReferenceSettings): ServerTransport {
  const { maxInFlight } = settings.limits ?? {};
  return streamableHttp({
    port: 0,
    streamAfterMs: STREAM_AFTER_MS,
    ...(maxInFlight !== undefined && { limits: { maxInFlight } }),
    ...options,
  });
}
