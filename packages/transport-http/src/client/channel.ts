import { isHandshakeRevision, isPromise } from "@towpath/mcp-core/http";
import type { MirroredHeaders, Revision } from "@towpath/mcp-core/transport";
import type {
  AnswerListener,
  Connector,
  HeadersSource,
  OpenCall,
  OutgoingCall,
  PlainHeaders,
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
  readonly #headers: HeadersSource;
  readonly #posting: PlainHeaders | undefined;

  constructor(url: URL, connector: Connector, headers: HeadersSource) {
    this.url = url;
    this.#connector = connector;
    this.#headers = headers;
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
    return this.#send({ method: "POST", body, pool, mayAsk }, { ...JSON_HEADERS, ...said }, listener);
  }

  /** Asks for the standing stream, or for one that was cut after the event with this id. */
  get(lastEventId: string | undefined, listener: AnswerListener): OpenCall {
    const cursor = lastEventId !== undefined && { "last-event-id": asBytes(lastEventId) };
    const said = { accept: "text/event-stream", ...this.#ofSession(), ...cursor };
    return this.#send({ method: "GET", pool: "control" }, said, listener);
  }

  /** Ends the session, of which a server of both eras knows only where no revision of the other one is named. */
  delete(listener: AnswerListener): OpenCall {
    const { "mcp-protocol-version": revision, ...session } = this.#ofSession();
    const named = isHandshakeRevision(revision) ? { "mcp-protocol-version": revision } : {};
    return this.#send({ method: "DELETE", pool: "control" }, { ...named, ...session }, listener);
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

  #send(
    call: Pick<OutgoingCall, "method" | "body" | "pool" | "mayAsk">,
    said: PlainHeaders,
    listener: AnswerListener,
  ): OpenCall {
    const send = (own: PlainHeaders): OpenCall =>
      this.#connector.send({ ...call, url: this.url, headers: { ...own, ...said } }, listener);
    const source = this.#headers;
    try {
      const headers = typeof source === "function" ? source() : source;
      return isPromise(headers) ? new Awaited(headers, send, listener) : send(headers);
    } catch (error) {
      const failed = Promise.reject(error instanceof Error ? error : new Error(String(error)));
      return new Awaited(failed, send, listener);
    }
  }
}

/** The characters of a header are bytes; ids go as UTF-8 (WHATWG HTML, The `Last-Event-ID` header). */
function asBytes(id: string): string {
  return Array.from(new TextEncoder().encode(id), (byte) => String.fromCharCode(byte)).join("");
}

/** A call whose headers have to be waited for. */
class Awaited implements OpenCall {
  #call: OpenCall | undefined;
  #aborted = false;

  constructor(
    headers: Promise<PlainHeaders>,
    send: (headers: PlainHeaders) => OpenCall,
    listener: AnswerListener,
  ) {
    headers.then(
      (ready) => {
        if (!this.#aborted) this.#call = send(ready);
      },
      (error: unknown) => {
        if (!this.#aborted) listener.refuse(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  get isUnsent(): boolean {
    return this.#call === undefined || this.#call.isUnsent === true;
  }

  abort(): void {
    this.#aborted = true;
    this.#call?.abort();
  }
}
