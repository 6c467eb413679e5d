import { encodeNotification, type PreEncoded } from "../../jsonrpc/encode.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import type { Bus, Unsubscribe } from "../../state/contract.js";

/** Something that changed, as the notification that tells of it. */
export interface Change {
  readonly method: string;
  readonly params: JsonObject | undefined;
  /** The session that it is for, where it is for one. */
  readonly session: string | undefined;
  /** The same, encoded once for all who hear of it outside a subscription. */
  readonly encoded: PreEncoded;
}

export type Hear = (change: Change) => void;

/** What a hearer waits for, where changes of other nodes were missed. */
export interface Interests {
  /** URIs of the resources whose updates it waits for: all of them may have changed. Default: none. */
  readonly watched?: (() => Iterable<string>) | undefined;
  /** Called for the rest. Default: there is none. */
  readonly missed?: (() => void) | undefined;
}

export interface TopicOptions {
  /** Absent where there are no other nodes. */
  readonly bus: Bus | undefined;
  /** Of the bus. */
  readonly name: string;
  /** Told of what a hearer throws, which is no concern of the others. */
  readonly failed: (error: unknown) => void;
  /** Changes of other nodes may have been missed. */
  readonly missed: () => void;
}

/** The changes of one topic, and those in this process who hear of them. */
export class Topic {
  readonly #options: TopicOptions;
  readonly #hearers = new Map<Hear, Interests>();
  #carried: Promise<Unsubscribe | undefined> | undefined;

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  /** Whether anybody may be listening in this process. */
  get started(): boolean {
    return this.#carried !== undefined;
  }

  get isHeard(): boolean {
    return this.#hearers.size > 0;
  }

  get interests(): Iterable<Interests> {
    return this.#hearers.values();
  }

  /** Settles when changes are carried, from other nodes too. A start that failed is tried again by the next. */
  start(): Promise<unknown> {
    const { bus } = this.#options;
    this.#carried ??= bus === undefined ? Promise.resolve(undefined) : this.#subscribe(bus);
    return this.#carried;
  }

  /** Changes of other nodes are carried no more. */
  stop(): void {
    const carried = this.#carried;
    this.#carried = undefined;
    carried?.then((end) => end?.()).catch(() => undefined); // a state that is away or closed has ended it
  }

  /** Returns the way to stop hearing. */
  hear(hearer: Hear, interests: Interests): () => void {
    this.#hearers.set(hearer, interests);
    return () => this.#hearers.delete(hearer);
  }

  tell(change: JsonObject): void {
    const { bus, name } = this.#options;
    if (bus === undefined) this.heard(change);
    // A bus that is away reports that itself; caching hints make up for a change that is not heard of.
    else void bus.publish(name, { ...change, key: crypto.randomUUID() }).catch(() => undefined);
  }

  heard(message: JsonValue): void {
    if (!isObject(message) || typeof message["method"] !== "string" || !this.isHeard) return;
    const { method } = message;
    const params = isObject(message["params"]) ? message["params"] : undefined;
    const key = typeof message["key"] === "string" ? message["key"] : undefined;
    const session = typeof message["session"] === "string" ? message["session"] : undefined;
    const change: Change = { method, params, session, encoded: encodeNotification(method, params, key) };
    for (const hearer of this.#hearers.keys()) this.#isolated(() => hearer(change));
  }

  /** Has all who hear take note that they may have missed something. */
  missed(): void {
    for (const { missed } of [...this.#hearers.values()]) this.#isolated(() => missed?.());
  }

  #subscribe(bus: Bus): Promise<Unsubscribe> {
    const { name, missed } = this.#options;
    const heard = (message: JsonValue): void => {
      this.heard(message);
    };
    const carried = bus.subscribe(name, heard, { onGap: missed }).catch((error: unknown) => {
      if (this.#carried === carried) this.#carried = undefined;
      throw error;
    });
    return carried;
  }

  #isolated(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}
