import { eventText, type EventSink } from "@towpath/mcp-core/http";
import type { MaybePromise } from "@towpath/mcp-core/transport";

/** The messages that answer one request, on their way to its client. */
export interface EventStream {
  /** Settles when the message was accepted; while the client does not read, not before it has. */
  send(json: string): MaybePromise<void>;
  /** Sends the last message, if there is one, and ends the stream. */
  end(json?: string): void;
  /** Ends the connection, but not the stream; absent where there is no way back to it. */
  closeConnection?(retryMs?: number): void;
}

/** A stream that ends with its connection. */
export class DirectStream implements EventStream {
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  send(json: string): MaybePromise<void> {
    return this.#sink.write(eventText(json));
  }

  end(json?: string): void {
    this.#sink.end(json === undefined ? undefined : eventText(json));
  }
}
