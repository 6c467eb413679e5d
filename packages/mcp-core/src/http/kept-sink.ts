import type { MaybePromise } from "../protocol/promises.js";
import type { EventSink } from "./call.js";
import type { KeepAlive } from "./keep-alive.js";

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
