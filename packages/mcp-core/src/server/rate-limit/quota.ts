/** What this node may let through for one caller in one window. */
export class Quota {
  readonly caller: string;
  readonly window: number;
  /** What all nodes count in, once that was asked. */
  counter: string | undefined;
  readonly #requests: number;
  /** The most that is taken ahead of demand. */
  readonly #most: number;
  /** Taken from the count of all nodes. */
  #granted = 0;
  /** Let through without asking. Below 0: what was let through while nobody could be asked. */
  #left = 0;
  /** How much was left in the count of all nodes when it was last heard of. */
  #room: number;
  #size: number;
  #low = 0;
  #waiting: ((allowed: boolean) => void)[] = [];
  /** Whether an answer is awaited. */
  asking = false;

  /** @param size of the first lease */
  constructor(caller: string, window: number, requests: number, size = 1) {
    this.caller = caller;
    this.window = window;
    this.#requests = requests;
    this.#most = Math.max(1, Math.floor(requests / 16));
    this.#room = requests;
    this.#size = size;
  }

  /** One that is this node's alone. */
  static whole(caller: string, window: number, requests: number): Quota {
    const quota = new Quota(caller, window, requests);
    quota.learn(requests, requests);
    return quota;
  }

  /** What to begin the next window with: about what this one needed. */
  get nextSize(): number {
    return Math.max(1, Math.floor(this.#size / 2));
  }

  /** So little is left that it is time to ask for more. */
  get isLow(): boolean {
    return this.#left < this.#low;
  }

  /** All nodes together have taken all there is. */
  get isFull(): boolean {
    return this.#room <= 0;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether a request was let through, out of what is left. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }

  /** Whether a request was let through with nobody to ask: as many as if this node were the only one. */
  takeAlone(): boolean {
    if (this.isFull || this.#granted - this.#left >= this.#requests) return false;
    this.#left -= 1;
    return true;
  }

  wait(): Promise<boolean> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * What to ask for: what was let through already, what waits, and something ahead. That doubles from lease to
   * lease, and shrinks as the room does, so that little lies unused on other nodes once all is taken.
   */
  wanted(): number {
    const owed = Math.max(0, -this.#left);
    return Math.min(this.#room, owed + Math.max(this.#waiting.length, this.#ahead));
  }

  /**
   * Takes in what was granted, and lets go who waited for it.
   * @param granted 0: less than that was left
   * @param taken by all nodes, with what was granted
   */
  learn(granted: number, taken: number): void {
    if (granted > 0) {
      this.#low = Math.floor(this.#ahead / 2);
      this.#size = Math.min(this.#size * 2, this.#most);
    }
    this.#granted += granted;
    this.#left += granted;
    this.#room = Math.min(this.#room, this.#requests - taken);
    if (this.isFull) this.#low = 0;
    const served = this.isFull ? this.#waiting.length : Math.max(0, this.#left);
    for (const resolve of this.#waiting.splice(0, served)) resolve(this.take());
  }

  /** Lets go who waited for an answer that does not come. */
  giveUp(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(this.takeAlone());
  }

  get #ahead(): number {
    return Math.max(1, Math.min(this.#size, this.#most, Math.floor(this.#room / 4)));
  }
}
