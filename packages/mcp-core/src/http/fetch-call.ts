import type { ReadonlyHeaders } from "../contract/index.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import type { CallLimits, EventSink, HttpCall, HttpHeaders, RequestBody } from "./call.js";
import { EVENT_STREAM_HEADERS } from "./event-stream-headers.js";
import { readFetchBody } from "./fetch-body.js";
import { FetchSink } from "./fetch-sink.js";

/** A `Request`, and the `Response` to it: for Hono, Bun, Deno, workers and all else that speaks fetch. */
export class FetchCall implements HttpCall {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyHeaders;
  /** Settles when the answer begins; never rejects. */
  readonly response: Promise<Response>;
  readonly #request: Request;
  readonly #limits: CallLimits;
  readonly #clock: Clock;
  readonly #parsed: unknown;
  #respond: (response: Response) => void = () => undefined;
  #sink: FetchSink | undefined;
  #state: "open" | "delivered" | "gone" = "open";
  #onGone: (() => void) | undefined;
  readonly #leave = (): void => this.#abort();

  /** @param parsed what the host has made of the body; `undefined`: nothing, it is still to be read */
  constructor(request: Request, limits: CallLimits, parsed?: unknown, clock: Clock = systemClock) {
    const url = new URL(request.url);
    this.method = request.method;
    this.path = url.pathname;
    this.headers = headersOf(request, url.host);
    this.response = new Promise((resolve) => (this.#respond = resolve));
    this.#request = request;
    this.#limits = limits;
    this.#clock = clock;
    this.#parsed = parsed;
    if (request.signal.aborted) this.#state = "gone";
    else request.signal.addEventListener("abort", this.#leave, { once: true });
  }

  get query(): URLSearchParams {
    return new URL(this.#request.url).searchParams;
  }

  body(): Promise<RequestBody> {
    return this.#parsed === undefined
      ? readFetchBody(this.#request, this.#limits, this.#clock)
      : Promise.resolve({ kind: "parsed", value: this.#parsed });
  }

  send(status: number, headers: HttpHeaders, body?: string): void {
    if (this.#sink !== undefined) {
      this.#sink.end(); // a stream that cannot go on
      return;
    }
    const content = body === "" || this.method === "HEAD" ? undefined : body;
    this.#respond(new Response(content ?? null, { status, headers }));
    this.#close("delivered");
  }

  stream(headers: HttpHeaders): EventSink {
    const sink = new FetchSink(this.#limits, this.#clock, (delivered) =>
      this.#close(delivered ? "delivered" : "gone"),
    );
    this.#sink = sink;
    this.#respond(new Response(sink.body, { status: 200, headers: { ...EVENT_STREAM_HEADERS, ...headers } }));
    if (this.#state === "gone") sink.leave();
    return sink;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
    if (this.#state === "gone") listener();
  }

  #abort(): void {
    if (this.#sink === undefined) this.#close("gone");
    else this.#sink.leave();
  }

  #close(state: "delivered" | "gone"): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#request.signal.removeEventListener("abort", this.#leave);
    if (state === "gone") this.#onGone?.();
  }
}

/** Not every runtime has `Host` among the headers; the URL is made of it. */
function headersOf({ headers }: Request, host: string): ReadonlyHeaders {
  return headers.has("host")
    ? headers
    : { get: (name) => (name.toLowerCase() === "host" ? host : headers.get(name)) };
}
