import { FencedError, StateClosedError, UnknownLogError } from "../errors.js";
import type { LogEntry, LogReader, ReadOptions } from "../logs.js";
import type { Host } from "./host.js";
import type { Log } from "./log.js";

type Step = IteratorResult<LogEntry, undefined>;

interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (reason: unknown) => void;
}

const DONE: Step = { done: true, value: undefined };

export class MemoryReader implements LogReader {
  readonly token: number | undefined;
  readonly #host: Host;
  readonly #log: Log;
  readonly #follow: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: () => void;
  readonly #waiters: Waiter[] = [];
  readonly #onChange = (): void => this.#changed();
  #position: number;
  #attached = true;
  #ended = false;

  constructor(host: Host, log: Log, options: ReadOptions, token: number | undefined, onEnd: () => void) {
    this.#host = host;
    this.#log = log;
    this.#position = log.locate(options.from ?? "start");
    this.#follow = options.follow ?? true;
    this.#signal = options.signal;
    this.#onEnd = onEnd;
    this.token = token;
    log.wakers.add(this.#onChange);
    this.#signal?.addEventListener("abort", this.#onChange);
  }

  next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#serve();
    });
  }

  return(): Promise<Step> {
    this.#end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): LogReader {
    return this;
  }

  #changed(): void {
    // Nothing more can come, so this reader frees its place even if nobody asks it for the rest.
    if (this.#failure() !== undefined) this.#detach();
    this.#serve();
  }

  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      try {
        const step = this.#step();
        if (step === undefined) return;
        this.#waiters.shift();
        waiter.resolve(step);
        if (step.done === true) this.#end();
      } catch (error) {
        this.#waiters.shift();
        waiter.reject(error);
        this.#end();
      }
    }
  }

  /** The next step, or `undefined` while there is none to take; throws what ends the iteration. */
  #step(): Step | undefined {
    if (this.#ended) return DONE;
    const failure = this.#failure();
    if (failure !== undefined) throw failure.reason;
    const value = this.#log.after(this.#position);
    if (value === undefined) return this.#log.closed || !this.#follow ? DONE : undefined;
    this.#position++;
    return { done: false, value };
  }

  #failure(): { readonly reason: unknown } | undefined {
    const log = this.#log;
    if (this.#signal?.aborted === true) return { reason: this.#signal.reason };
    if (this.#host.closed) return { reason: new StateClosedError() };
    if (log.gone) return { reason: new UnknownLogError(log.name) };
    if (this.token !== undefined && this.token < log.token) return { reason: new FencedError(log.name) };
    return undefined;
  }

  #end(): void {
    this.#ended = true;
    this.#detach();
    for (const { resolve } of this.#waiters.splice(0)) resolve(DONE);
  }

  #detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#log.wakers.delete(this.#onChange);
    this.#signal?.removeEventListener("abort", this.#onChange);
    this.#onEnd();
  }
}
