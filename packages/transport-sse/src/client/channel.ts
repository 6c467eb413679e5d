import { type Connector, type HeadersSource, withHeaders } from "@towpath/mcp-core/http-client";
import type { AnswerListener, OpenCall, OutgoingCall } from "@towpath/mcp-core/http-client";

const GET_HEADERS = { accept: "text/event-stream" };
const POST_HEADERS = { accept: "application/json", "content-type": "application/json" };

/** The way to one server: what every HTTP request to it says. */
export class Channel {
  /** Of the event stream. */
  readonly url: URL;
  readonly #connector: Connector;

  constructor(url: URL, connector: Connector, headers: HeadersSource) {
    this.url = url;
    this.#connector = withHeaders(connector, headers);
  }

  /** Asks for the event stream. */
  get(listener: AnswerListener): OpenCall {
    const call = { method: "GET", url: this.url, headers: GET_HEADERS, pool: "control" } as const;
    return this.#connector.send(call, listener);
  }

  /** Posts one message. */
  post(url: URL, body: string, pool: OutgoingCall["pool"], listener: AnswerListener): OpenCall {
    // A server may take a request only when it has worked on it, and ask something before.
    const mayAsk = pool === "requests";
    const call = { method: "POST", url, headers: POST_HEADERS, body, pool, mayAsk } as const;
    return this.#connector.send(call, listener);
  }

  /** Calls under way are aborted, and told nothing more. */
  close(): void {
    this.#connector.close();
  }
}
