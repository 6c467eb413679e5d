/** A call that waits for Redis. */
interface Call {
  readonly due: number;
  readonly expire: () => void;
  readonly fail: (reason: Error) => void;
}

/**
 * The calls that wait, each for at most `timeoutMs`. All have the same time, so they expire in the order in
 * which they began, and one timer does for all of them.
 */
export class Calls {
  readonly #timeoutMs: number;
  readonly #waiting = new Set<Call>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Calls `expire` after the time, or `fail` when all calls are ended, unless the function it gives was called. */
  begin(expire: () => void, fail: (reason: Error) => void): () => void {
    const call = { due: performance.now() + this.#timeoutMs, expire, fail };
    this.#waiting.add(call);
    this.#timer ??= setTimeout(this.#lapse, this.#timeoutMs);
    return () => void this.#waiting.delete(call);
  }

  endAll(reason: Error): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const calls = [...this.#waiting];
    this.#waiting.clear();
    for (const { fail } of calls) fail(reason);
  }

  readonly #lapse = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const call of this.#waiting) {
      // Timers may fire a little early.
      if (call.due > now + 1) {
        this.#timer ??= setTimeout(this.#lapse, call.due - now);
        return;
      }
      this.#waiting.delete(call);
      call.expire();
    }
  };
}
