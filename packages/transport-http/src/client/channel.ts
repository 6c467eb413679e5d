import { isHandshakeRevision } from "@towpath/mcp-core/http";
import type { MirroredHeaders, Revision } from "@towpath/mcp-core/transport";
import {
  type AnswerListener,
  type Connector,
  type HeadersSource,
  type OpenCall,
  type OutgoingCall,
  type PlainHeaders,
  withHeaders,
} from "@towpath/mcp-core/http-client";

const JSON_HEADERS = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
};

/** The way to one endpoint: what every HTTP request to it says, and the session it is part of. */
export class Channel {
  readonly url: URL;
  /** Of the handshake era, once it was agreed on. */
  revision: Revision | undefined;
  /** As the server gave it with its answer to `initialize`. */
  sessionId: string | undefined;
  readonly #connector: Connector;
  /** Adds the author's headers. */
  readonly #adding: Connector;
  readonly #posting: PlainHeaders | undefined;

  constructor(url: URL, connector: Connector, headers: HeadersSource) {
    this.url = url;
    this.#connector = connector;
    this.#adding = withHeaders(connector, headers);
    this.#posting = typeof headers === "function" ? undefined : { ...JSON_HEADERS, ...headers };
  }

  /** Posts one message. */
  post(
    body: string,
    mirrored: MirroredHeaders | undefined,
    pool: OutgoingCall["pool"],
    listener: AnswerListener,
  ): OpenCall {
    const said = mirrored ?? this.#ofSession();
    const mayAsk = pool === "requests" && mirrored === undefined;
    if (this.#posting !== undefined) {
      const headers = { ...this.#posting, ...said };
      return this.#connector.send({ method: "POST", url: this.url, headers, body, pool, mayAsk }, listener);
    }
    const headers = { ...JSON_HEADERS, ...said };
    return this.#adding.send({ method: "POST", url: this.url, headers, body, pool, mayAsk }, listener);
  }

  /** Asks for the standing stream, or for one that was cut after the event with this id. */
  get(lastEventId: string | undefined, listener: AnswerListener): OpenCall {
    const cursor = lastEventId !== undefined && { "last-event-id": asBytes(lastEventId) };
    const headers = { accept: "text/event-stream", ...this.#ofSession(), ...cursor };
    return this.#adding.send({ method: "GET", url: this.url, headers, pool: "control" }, listener);
  }

  /** Ends the session, of which a server of both eras knows only where no revision of the other one is named. */
  delete(listener: AnswerListener): OpenCall {
    const { "mcp-protocol-version": revision, ...session } = this.#ofSession();
    const named = isHandshakeRevision(revision) ? { "mcp-protocol-version": revision } : {};
    const headers = { ...named, ...session };
    return this.#adding.send({ method: "DELETE", url: this.url, headers, pool: "control" }, listener);
  }

  close(): void {
    this.#connector.close();
  }

  #ofSession(): PlainHeaders {
    const { revision, sessionId } = this;
    return {
      ...(revision !== undefined && { "mcp-protocol-version": revision }),
      ...(sessionId !== undefined && { "mcp-session-id": sessionId }),
    };
  }
}

/** The characters of a header are bytes; ids go as UTF-8 (WHATWG HTML, The `Last-Event-ID` header). */
function asBytes(id: string): string {
  return Array.from(new TextEncoder().encode(id), (byte) => String.fromCharCode(byte)).join("");
}
