import { StateClosedError, StateUnavailableError } from "../../state/errors.js";

type Status = "up" | "away" | "closed" | "dead";

interface Waiting {
  /** Whether it fails when the storage goes away, or waits until it is back. */
  readonly fails: boolean;
  readonly reject: (reason: unknown) => void;
}

/** How long a message is on its way to the storage, or back. */
export type Delay = () => Promise<void>;

/** What is between one node and the storage: everything that node says or hears of it goes through here. */
export class Line {
  readonly #delay: Delay | undefined;
  readonly #waiting = new Set<Waiting>();
  readonly #cleanups = new Set<() => unknown>();
  #held: (() => void)[] = [];
  #status: Status = "up";
  #arrived: Promise<unknown> = Promise.resolve();

  constructor(delay: Delay | undefined) {
    this.#delay = delay;
  }

  get up(): boolean {
    return this.#status === "up";
  }

  /** Makes a call, which fails while the storage is away. Of a dead node it never settles. */
  call<T>(run: () => Promise<T>): Promise<T> {
    return this.#through(true, run);
  }

  /** Waits for something of the storage, also while it is away. */
  follow<T>(run: () => Promise<T>): Promise<T> {
    return this.#through(false, run);
  }

  /** What the node answers with; lost unless it is up by then. */
  answer<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => {
          if (this.up) resolve(value);
        },
        (error: unknown) => {
          // The handler's own, whatever it is.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          if (this.up) reject(error);
        },
      );
    });
  }

  /** Has something freed when the line ends, or now if it has. Gives the way to call that off. */
  onEnd(cleanup: () => unknown): () => void {
    if (this.#status === "closed" || this.#status === "dead") cleanup();
    else this.#cleanups.add(cleanup);
    return () => void this.#cleanups.delete(cleanup);
  }

  away(): void {
    if (!this.up) return;
    this.#status = "away";
    for (const waiting of [...this.#waiting]) if (waiting.fails) this.#fail(waiting, unavailable());
  }

  /** Whether it was away. */
  back(): boolean {
    if (this.#status !== "away") return false;
    this.#status = "up";
    for (const deliver of this.#held.splice(0)) deliver();
    return true;
  }

  close(): void {
    if (this.#status === "closed" || this.#status === "dead") return;
    this.#status = "closed";
    for (const waiting of [...this.#waiting]) this.#fail(waiting, new StateClosedError());
    this.#end();
  }

  kill(): void {
    if (this.#status === "dead") return;
    this.#status = "dead";
    this.#end();
  }

  #through<T>(fails: boolean, run: () => Promise<T>): Promise<T> {
    if (this.#status === "dead") return new Promise(() => undefined);
    if (this.#status === "closed") return Promise.reject(new StateClosedError());
    if (this.#status === "away" && fails) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { fails, reject };
      this.#waiting.add(waiting);
      this.#travel(run).then(
        (value) => this.#deliver(waiting, () => resolve(value)),
        (error: unknown) => this.#deliver(waiting, () => waiting.reject(error)),
      );
    });
  }

  /** Calls arrive in the order in which they were made. */
  async #travel<T>(run: () => Promise<T>): Promise<T> {
    const delay = this.#delay;
    if (delay === undefined) return run();
    const before = this.#arrived;
    const arrives = Promise.all([before, delay()]);
    this.#arrived = arrives;
    await arrives;
    // What a node has not sent by the time it ends, nobody gets.
    if (this.#status === "closed" || this.#status === "dead") throw new StateClosedError();
    return run().finally(delay);
  }

  #deliver(waiting: Waiting, settle: () => void): void {
    if (this.#status === "away" && this.#waiting.has(waiting)) {
      this.#held.push(() => this.#deliver(waiting, settle));
      return;
    }
    if (this.#waiting.delete(waiting)) settle();
  }

  #fail(waiting: Waiting, reason: Error): void {
    this.#waiting.delete(waiting);
    waiting.reject(reason);
  }

  #end(): void {
    this.#waiting.clear();
    this.#held = [];
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups.clear();
  }
}

function unavailable(): StateUnavailableError {
  return new StateUnavailableError("The storage cannot be reached by this node.");
}
