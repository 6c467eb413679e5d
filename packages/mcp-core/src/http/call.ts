import type { MaybePromise } from "../protocol/promises.js";
import type { ReadonlyHeaders } from "../contract/index.js";

/** What is known of an HTTP request before its body is read. */
export interface HttpRequestHead {
  /** In upper case, as HTTP has it. */
  readonly method: string;
  /** The path as it was sent: without the query, not decoded. */
  readonly path: string;
  /** What stands behind the `?` of its URL: where pages, which can set no headers for some requests, may put a ticket. */
  readonly query: URLSearchParams;
  readonly headers: ReadonlyHeaders;
}

/** One HTTP request and the one answer to it, whichever runtime carries them. Answer once: `send` or `stream`. */
export interface HttpCall extends HttpRequestHead {
  /**
   * Reads the body to its end; to be called at most once.
   * @throws BodyError when it is larger, slower or otherwise not what it may be
   */
  body(): Promise<RequestBody>;
  /** Answers with a whole body, or none. Where a stream was begun, there is no other answer: it ends. */
  send(status: number, headers: HttpHeaders, body?: string): void;
  /** Answers with an event stream, anything but a HEAD. The head goes out at once. */
  stream(headers: HttpHeaders): EventSink;
  /**
   * Calls back, once, when the client went away before its answer was sent whole; at once if it already has.
   * Only the latest listener is called.
   */
  onGone(listener: () => void): void;
}

/** Header names in lower case. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** Text to be parsed, or what a host framework has made of it already. */
export type RequestBody =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "parsed"; readonly value: unknown };

/** The way to write an event stream. */
export interface EventSink {
  /** Whether it can still carry anything: it has not ended, and its client is there. */
  readonly open: boolean;
  /**
   * Writes text. Returns nothing while there is room for more, else a promise that settles when there is room
   * again, or the client is gone. A client for which more than `maxQueuedBytes` wait is cut off.
   */
  write(text: string): MaybePromise<void>;
  /** Writes the last text, however long it is, and ends the stream. A client that does not read it is cut off in time. */
  end(text?: string): void;
}

/** What one call may cost. */
export interface CallLimits {
  /** Bytes of a body. */
  readonly maxBodyBytes: number;
  /** Bytes that are here of all bodies being read by calls with the same limits object, and 128 for each piece. */
  readonly maxTotalBodyBytes: number;
  /** How long a body may take to arrive, in ms. */
  readonly requestTimeoutMs: number;
  /** Bytes that may wait in one event stream for a client that does not read. */
  readonly maxQueuedBytes: number;
  /** How long a client may take none of what waits for it, in ms, before it is cut off. */
  readonly stallTimeoutMs: number;
}
