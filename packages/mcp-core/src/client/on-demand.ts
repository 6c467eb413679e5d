/** A part that is loaded when it is first needed, so that a bundle need not begin with it. */
export class OnDemand<Part> {
  readonly #make: () => Promise<Part>;
  #loading: Promise<Part> | undefined;
  #part: Part | undefined;

  constructor(make: () => Promise<Part>) {
    this.#make = make;
  }

  /** `undefined` before it was needed. */
  get loaded(): Part | undefined {
    return this.#part;
  }

  load(): Promise<Part> {
    this.#loading ??= this.#make().then((part) => (this.#part = part));
    return this.#loading;
  }

  /** Does something with the part: at once if it is there; what is to be done comes in the order it was given. */
  use(action: (part: Part) => void): void {
    if (this.#part !== undefined) action(this.#part);
    else void this.load().then(action);
  }
}
