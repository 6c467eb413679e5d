import type { EventSink, KeepAlive } from "@towpath/mcp-core/http";
import type { MaybePromise } from "@towpath/mcp-core/transport";

/** A stream that is kept alive until it ends. */
export class KeptSink implements EventSink {
  readonly #sink: EventSink;
  readonly #keepAlive: KeepAlive;

  constructor(sink: EventSink, keepAlive: KeepAlive) {
    this.#sink = sink;
    this.#keepAlive = keepAlive;
    keepAlive.add(sink);
  }

  get open(): boolean {
    return this.#sink.open;
  }

  write(text: string): MaybePromise<void> {
    return this.#sink.write(text);
  }

  end(text?: string): void {
    this.#keepAlive.delete(this.#sink);
    this.#sink.end(text);
  }
}
