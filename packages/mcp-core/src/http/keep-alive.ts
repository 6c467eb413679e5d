import { systemClock, type Clock } from "../protocol/clock.js";
import { isPromise } from "../protocol/promises.js";
import type { EventSink } from "./call.js";
import { commentText } from "./event-text.js";

const COMMENT = commentText("keep-alive");

/**
 * Writes a comment to every open stream now and then, so that nothing between server and client takes the
 * connection for dead. One timer serves all; it runs out by itself when there are no streams.
 */
export class KeepAlive {
  readonly #everyMs: number;
  readonly #clock: Clock;
  readonly #streams = new Set<EventSink>();
  /** Those whose client does not read; a comment would only be one more thing that waits. */
  readonly #blocked = new WeakSet<EventSink>();
  #armed = false;

  /** @param everyMs time between two comments; `Infinity`: none are written */
  constructor(everyMs: number, clock: Clock = systemClock) {
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  add(stream: EventSink): void {
    if (this.#everyMs === Infinity) return; // nothing would ever find out that it has ended
    this.#streams.add(stream);
    if (!this.#armed) this.#arm();
  }

  delete(stream: EventSink): void {
    this.#streams.delete(stream);
  }

  #arm(): void {
    this.#armed = true;
    this.#clock.schedule(this.#everyMs, () => {
      for (const stream of this.#streams) this.#write(stream);
      this.#armed = false;
      if (this.#streams.size > 0) this.#arm();
    });
  }

  #write(stream: EventSink): void {
    if (!stream.open) {
      this.#streams.delete(stream);
      return;
    }
    if (this.#blocked.has(stream)) return;
    const written = stream.write(COMMENT);
    if (!isPromise(written)) return;
    this.#blocked.add(stream);
    void written.then(() => this.#blocked.delete(stream));
  }
}
