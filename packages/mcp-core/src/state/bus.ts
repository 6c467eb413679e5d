import type { JsonValue } from "../jsonrpc/messages.js";

/**
 * JSON messages between nodes, by value, for whoever listens at that moment; nothing is stored.
 * Messages of one publisher on one topic arrive in order.
 *
 * Any method rejects with `InvalidArgumentError`, `StateClosedError` or `StateUnavailableError`.
 */
export interface Bus {
  /** Hands the message to every subscriber of the topic on every node, this one included. */
  publish(topic: string, message: JsonValue): Promise<void>;

  /**
   * Settles once the subscription is in force. A listener that throws or rejects hurts nobody else;
   * its error goes to the state's `onError`. Throws `LimitError`.
   */
  subscribe(topic: string, listener: BusListener, options?: SubscribeOptions): Promise<Unsubscribe>;

  /**
   * Asks whoever serves the topic. Where several do, all are asked and the first answer or failure
   * counts. Rejects with `NoAnswerError` at once where it is known that nobody will answer, else after
   * `timeoutMs`; with `HandlerFailedError` if the handler threw; with the signal's reason; or with
   * `LimitError`.
   */
  request(topic: string, message: JsonValue, options: RequestOptions): Promise<JsonValue>;

  /** Answers the requests of a topic. Settles once requests arrive. Throws `LimitError`. */
  serve(topic: string, handler: BusHandler): Promise<Unsubscribe>;
}

export type BusListener = (message: JsonValue) => void | Promise<void>;

export interface SubscribeOptions {
  /** Called when messages may have been missed, as after the storage was away, and further ones arrive again. */
  readonly onGap?: (() => void) | undefined;
}

/** Gives the answer, or `undefined` to leave it to whoever else serves the topic. */
export type BusHandler = (message: JsonValue) => JsonValue | undefined | Promise<JsonValue | undefined>;

/** Ends a subscription or a service: nothing is delivered once it is called. Calling it again does nothing. */
export type Unsubscribe = () => Promise<void>;

export interface RequestOptions {
  /** Milliseconds, greater than 0. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}
