import { isPromise } from "../protocol/promises.js";
import type { AnswerListener, Connector, OpenCall, OutgoingCall } from "./connector.js";
import type { HeadersSource, PlainHeaders } from "./headers.js";

/**
 * The same connector, for calls that have the author's headers as well. What a call sets itself counts. Where the
 * headers cannot be had, the call is refused with the reason.
 */
export function withHeaders(connector: Connector, source: HeadersSource): Connector {
  return {
    send: (call, listener) => sendWith(connector, source, call, listener),
    close: () => connector.close(),
  };
}

function sendWith(
  connector: Connector,
  source: HeadersSource,
  call: OutgoingCall,
  listener: AnswerListener,
): OpenCall {
  const send = (own: PlainHeaders): OpenCall =>
    connector.send({ ...call, headers: { ...own, ...call.headers } }, listener);
  try {
    const headers = typeof source === "function" ? source() : source;
    return isPromise(headers) ? new Awaited(headers, send, listener) : send(headers);
  } catch (error) {
    return new Awaited(Promise.reject(asError(error)), send, listener);
  }
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
        if (!this.#aborted) listener.refuse(asError(error));
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

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
