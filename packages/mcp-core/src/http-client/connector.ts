import type { ReadonlyHeaders } from "../contract/index.js";

/** Calls that carry requests at a time, unless an option says otherwise. */
export const DEFAULT_MAX_CONNECTIONS = 256;

/** One HTTP request of the client's. */
export interface OutgoingCall {
  readonly method: "POST" | "GET" | "DELETE";
  /** The same object for as long as it is the same URL: what is worked out of it is kept. Its userinfo is ignored. */
  readonly url: URL;
  /** Names in lower case. `host`, `content-length` and `connection` are the connector's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Calls that carry requests may wait for each other, where the number of connections is limited. What those may
   * depend on never waits: notifications, answers, GET, DELETE.
   */
  readonly pool: "requests" | "control";
  /** Before it answers, the server may ask something, and wait for the answer. */
  readonly mayAsk?: boolean;
}

/**
 * Takes the answer to a call as it comes: `head`, then `text` as often as need be, then `end`; or `fail`, or `refuse`,
 * in place of the rest.
 */
export interface AnswerListener {
  /** @param from where it comes from, if redirects were followed */
  head(status: number, headers: ReadonlyHeaders, from?: URL): void;
  /** A piece of the body, decoded from UTF-8. */
  text(piece: string): void;
  end(): void;
  /** Nothing more comes. `sent` is false when it is known that the server got nothing of the request. */
  fail(error: Error, sent: boolean): void;
  /** The call is not made, or not followed any further, for a reason that its caller is to be told as it is. */
  refuse(error: Error): void;
}

/** The runtime's way to make HTTP requests. Redirects are not followed; nothing is kept of one request for the next. */
export interface Connector {
  /** Sends a call; what goes wrong is told to the listener, and never thrown. */
  send(call: OutgoingCall, listener: AnswerListener): OpenCall;
  /** Lets go of connections that are not in use. Calls under way are aborted. */
  close(): void;
}

export interface OpenCall {
  /** The server certainly knows nothing of the call yet: it waits for something. */
  readonly isUnsent?: boolean;
  /** Gives up, and ends the connection if the answer is not there yet; the listener is told nothing more. */
  abort(): void;
}
