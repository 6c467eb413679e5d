import { backoff } from "./backoff.js";

/** A connection that was opened; once lost it is not used again. */
export interface Connection {
  /** Rejects if the other end does not answer any more. */
  ping(): Promise<unknown>;
  /** Frees it at once; what still waits for an answer rejects. */
  destroy(): void;
}

export interface Attempt {
  /** Aborted when the attempt took too long or nobody wants the connection any more. */
  readonly signal: AbortSignal;
  /** To be called when the connection breaks, also while it is still being prepared. */
  lost(cause: unknown): void;
}

/** Rejects once the signal is aborted. */
export function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    // Attempts are aborted with errors alone.
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

export interface KeeperOptions<C extends Connection> {
  readonly open: (attempt: Attempt) => Promise<C>;
  /** Milliseconds for one attempt. */
  readonly connectTimeoutMs: number;
  readonly maxReconnectDelayMs: number;
  /** Called whenever a connection is there, with whether there was one before. */
  readonly onOpen: (again: boolean) => void;
  /** Called when it was lost, and after each attempt that failed. */
  readonly onDown: (cause: unknown) => void;
}

interface Waiting<C> {
  readonly begin: (connection: C) => void;
  readonly fail: (cause: unknown) => void;
}

/**
 * Keeps one connection open: opens it again when it is lost, after a pause that grows, and never gives up. Who
 * asks for the connection while it is down is told so at once; only the first attempt of all is waited for.
 */
export class Keeper<C extends Connection> {
  readonly #options: KeeperOptions<C>;
  #current: C | undefined;
  #waiting: Waiting<C>[] | undefined = [];
  #cause: unknown = new Error("it was not tried yet");
  #failed = 0;
  #opened = false;
  #closed = false;
  #abort: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions<C>) {
    this.#options = options;
  }

  get current(): C | undefined {
    return this.#current;
  }

  start(): void {
    void this.#attempt();
  }

  /** Calls `begin` with the connection, at once if there is one, or `fail` with why there is none. */
  use(begin: (connection: C) => void, fail: (cause: unknown) => void): void {
    if (this.#current !== undefined) begin(this.#current);
    else if (this.#waiting !== undefined) this.#waiting.push({ begin, fail });
    else fail(this.#cause);
  }

  /** Gives up this connection, if it is still the current one, and opens another. */
  lose(connection: C, cause: unknown): void {
    if (this.#current !== connection) return;
    this.#current = undefined;
    connection.destroy();
    this.#down(cause);
  }

  /** Opens no more, and gives up the connection without closing it. */
  close(): C | undefined {
    const current = this.#current;
    this.#closed = true;
    this.#current = undefined;
    clearTimeout(this.#timer);
    this.#abort?.abort(new Error("the state was closed"));
    return current;
  }

  async #attempt(): Promise<void> {
    const { connectTimeoutMs, open } = this.#options;
    const abort = (this.#abort = new AbortController());
    const timer = setTimeout(() => {
      abort.abort(new Error(`no connection within ${String(connectTimeoutMs)} ms`));
    }, connectTimeoutMs);
    let connection: C | undefined;
    let broken: { readonly cause: unknown } | undefined;
    const lost = (cause: unknown): void => {
      broken ??= { cause };
      if (connection !== undefined) this.lose(connection, cause);
    };
    try {
      const opened = await open({ signal: abort.signal, lost });
      connection = opened;
    } catch (cause) {
      broken = { cause };
      // What was opened for it until then must not stay.
      abort.abort(cause);
    } finally {
      clearTimeout(timer);
      this.#abort = undefined;
    }
    this.#settle(connection, broken);
  }

  #settle(connection: C | undefined, broken: { readonly cause: unknown } | undefined): void {
    if (this.#closed || broken !== undefined || connection === undefined) {
      connection?.destroy();
      if (!this.#closed) this.#down(broken?.cause);
      return;
    }
    this.#current = connection;
    this.#failed = 0;
    for (const { begin } of this.#waiting ?? []) begin(connection);
    this.#waiting = undefined;
    const again = this.#opened;
    this.#opened = true;
    this.#options.onOpen(again);
  }

  #down(cause: unknown): void {
    this.#cause = cause;
    for (const { fail } of this.#waiting ?? []) fail(cause);
    this.#waiting = undefined;
    this.#timer = setTimeout(
      () => void this.#attempt(),
      backoff(this.#failed++, this.#options.maxReconnectDelayMs),
    );
    this.#options.onDown(cause);
  }
}
