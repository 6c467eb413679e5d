import { isolate } from "./promises.js";

/** A part that is loaded when it is first needed, so that a bundle need not begin with it. */
export class OnDemand<Part> {
  readonly #make: () => Promise<Part>;
  #loading: Promise<Part> | undefined;
  #part: Part | undefined;
  /** What is done once the part is there. */
  #waiting: ((part: Part) => void)[] = [];

  constructor(make: () => Promise<Part>) {
    this.#make = make;
  }

  /** `undefined` before it was needed. */
  get loaded(): Part | undefined {
    return this.#part;
  }

  /** Whether it was needed, be it there or not. */
  get isNeeded(): boolean {
    return this.#loading !== undefined;
  }

  /** Loads it once; after a failure the next one who needs it tries again. */
  load(): Promise<Part> {
    this.#loading ??= this.#make().then(
      (part) => this.#made(part),
      (error: unknown) => {
        this.#loading = undefined;
        this.#waiting = [];
        throw error;
      },
    );
    return this.#loading;
  }

  /**
   * Does something with the part: at once if it is there; what is to be done comes in the order it was given.
   * @param failed told why the part could not be loaded
   */
  use(action: (part: Part) => void, failed: (error: unknown) => void): void {
    if (this.#part !== undefined) {
      action(this.#part);
      return;
    }
    this.#waiting.push(action);
    this.load().catch(failed);
  }

  /** Only after what waits is the part there for others: what comes next must not come first. */
  #made(part: Part): Part {
    for (const action of this.#waiting)
      isolate(() => {
        action(part);
      });
    this.#waiting = [];
    this.#part = part;
    return part;
  }
}
