/** Reads for one and the same reason, of which one is made for all who ask while it is under way. */
export class SharedReads<Reason extends object, Value> {
  readonly #read: (reason: Reason) => Promise<Value>;
  readonly #reading = new Map<Reason, Promise<Value>>();

  constructor(read: (reason: Reason) => Promise<Value>) {
    this.#read = read;
  }

  /** What is read after the reason was there; rejects as reading it does. */
  get(reason: Reason): Promise<Value> {
    const underWay = this.#reading.get(reason);
    if (underWay !== undefined) return underWay;
    const reading = this.#read(reason).finally(() => this.#reading.delete(reason));
    this.#reading.set(reason, reading);
    return reading;
  }
}
