import { encodeNotification, type PreEncoded } from "../jsonrpc/encode.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { State } from "../state/contract.js";

/** Something that changed, as the notification that tells of it. */
export interface Change {
  readonly method: string;
  readonly params: JsonObject | undefined;
  /** The same, encoded once for all who hear of it outside a subscription. */
  readonly encoded: PreEncoded;
}

type Hear = (change: Change) => void;

const TOPIC = "towpath/changes";

/**
 * Carries changes to whoever listens, on whichever node: announced on the state's bus, heard by every
 * link and subscription. Several announcements of the same change in one turn are one.
 */
export class Changes {
  readonly #state: State;
  readonly #hearers = new Set<Hear>();
  readonly #announced = new Map<string, JsonObject>();
  #subscribed: Promise<unknown> | undefined;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * Settles when changes are carried. Nothing is announced before the first call: a server that nobody
   * has connected to yet is still being put together.
   */
  start(): Promise<unknown> {
    this.#subscribed ??= this.#state.bus
      .subscribe(TOPIC, (message) => {
        this.#heard(message);
      })
      .catch((error: unknown) => {
        this.#subscribed = undefined;
        throw error;
      });
    return this.#subscribed;
  }

  announce(method: string, params?: JsonObject): void {
    if (this.#subscribed === undefined) return;
    const change: JsonObject = { method, ...(params !== undefined && { params }) };
    if (this.#announced.size === 0)
      queueMicrotask(() => {
        this.#publish();
      });
    this.#announced.set(JSON.stringify(change), change);
  }

  /** Returns the way to stop hearing. */
  hear(hearer: Hear): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  #publish(): void {
    const changes = [...this.#announced.values()];
    this.#announced.clear();
    // A bus that is away reports that itself; the caching hints make up for a change that is not heard of.
    for (const change of changes) void this.#state.bus.publish(TOPIC, change).catch(() => undefined);
  }

  #heard(message: JsonValue): void {
    if (!isObject(message) || typeof message["method"] !== "string") return;
    const { method } = message;
    const params = isObject(message["params"]) ? message["params"] : undefined;
    const change: Change = { method, params, encoded: encodeNotification(method, params) };
    for (const hearer of this.#hearers) hearer(change);
  }
}
