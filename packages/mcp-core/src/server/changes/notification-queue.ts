import type { MaybePromise } from "../../contract/index.js";
import type { Outgoing } from "../../jsonrpc/encode.js";
import { isPromise } from "../../protocol/promises.js";

/** Notifications that may wait for a peer that does not read, besides those of resources. */
const MAX_OTHERS = 1024;

/** Makes a notification, if there is still something to say. */
type Make = () => MaybePromise<Outgoing | undefined>;

/**
 * Sends notifications in order, one at a time. While the peer does not read, equal ones are kept once, and
 * beyond a bound new ones are dropped: each says only that something changed, and has to be read anew.
 */
export class NotificationQueue {
  readonly #send: (message: Outgoing) => MaybePromise<void>;
  readonly #waiting = new Map<string, Make>();
  readonly #maxWaiting: number;
  #sending = false;
  #over = false;

  /** @param maxResources how many resources may be subscribed to: that many may change before the peer reads */
  constructor(send: (message: Outgoing) => MaybePromise<void>, maxResources: number) {
    this.#send = send;
    this.#maxWaiting = MAX_OTHERS + maxResources;
  }

  /**
   * @param key the same for notifications of which one is enough
   * @param make called when it can be sent; never throws and never rejects
   */
  add(key: string, make: Make): void {
    if (this.#over) return;
    if (this.#waiting.size < this.#maxWaiting) this.#waiting.set(key, make);
    if (!this.#sending) void this.#sendWaiting();
  }

  /** Nobody is to hear of anything any more: what waits is dropped, and what is being made. */
  close(): void {
    this.#over = true;
    this.#waiting.clear();
  }

  async #sendWaiting(): Promise<void> {
    this.#sending = true;
    try {
      for (const [key, make] of this.#waiting) {
        this.#waiting.delete(key);
        const made = make();
        const message = isPromise(made) ? await made : made;
        const sent = this.#over ? undefined : message && this.#send(message);
        if (sent !== undefined && isPromise(sent)) await sent;
      }
    } catch {
      this.#waiting.clear(); // the peer is gone
    } finally {
      this.#sending = false;
    }
  }
}
