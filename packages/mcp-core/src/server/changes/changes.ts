import { encodeNotification, type PreEncoded } from "../../jsonrpc/encode.js";
import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { RESOURCE_UPDATED } from "../../protocol/notifications.js";
import type { Told } from "../../extension/server.js";
import type { Bus } from "../../state/contract.js";

/** Something that changed, as the notification that tells of it. */
export interface Change {
  readonly method: string;
  readonly params: JsonObject | undefined;
  /** The session that it is for, where it is for one. */
  readonly session: string | undefined;
  /** The same, encoded once for all who hear of it outside a subscription. */
  readonly encoded: PreEncoded;
}

type Hear = (change: Change) => void;

/** What a hearer waits for, where changes of other nodes were missed. */
export interface Interests {
  /** URIs of the resources whose updates it waits for: all of them may have changed. Default: none. */
  readonly watched?: (() => Iterable<string>) | undefined;
  /** Called for the rest. Default: there is none. */
  readonly missed?: (() => void) | undefined;
}

const NOTHING: Interests = {};
const LISTS = ["tools", "prompts", "resources"];

const TOPIC = "towpath/changes";

/**
 * Carries changes to whoever listens: to every link and subscription of this process, and with a shared
 * state's bus, to those on every node. Several announcements of the same change in one turn are one.
 */
export class Changes {
  readonly #bus: Bus | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #hearers = new Map<Hear, Interests>();
  readonly #announced = new Map<string, JsonObject>();
  #carried: Promise<unknown> | undefined;

  /** @param failed told of what a hearer throws, which is no concern of the others */
  constructor(bus: Bus | undefined, failed: (error: unknown) => void) {
    this.#bus = bus;
    this.#failed = failed;
  }

  /** Whether anybody may be listening in this process. */
  get started(): boolean {
    return this.#carried !== undefined;
  }

  /** Settles when changes are carried, from other nodes too. */
  start(): Promise<unknown> {
    this.#carried ??= this.#bus === undefined ? Promise.resolve() : this.#subscribe(this.#bus);
    return this.#carried;
  }

  /** Whether other nodes hear of what changes here. */
  get shared(): boolean {
    return this.#bus !== undefined;
  }

  /**
   * @param session where it is for one alone
   * @throws TypeError when `params` are no object, or hold what JSON cannot carry
   */
  announce(method: string, params?: JsonObject, session?: string): void {
    if (params !== undefined && !isObject(params))
      throw new TypeError(`The params of ${method} must be an object, not ${describe(params)}`);
    const change: JsonObject = {
      method,
      ...(params !== undefined && { params }),
      ...(session !== undefined && { session }),
    };
    if (this.#announced.size === 0) {
      queueMicrotask(() => {
        this.#publish();
      });
    }
    this.#announced.set(JSON.stringify(change), change);
  }

  /** Returns the way to stop hearing. */
  hear(hearer: Hear, interests = NOTHING): () => void {
    this.#hearers.set(hearer, interests);
    return () => this.#hearers.delete(hearer);
  }

  /** What a change is to be told with: as it was announced, unless whoever tells of it makes something else of it. */
  async rendered(params: JsonObject | undefined, { render }: Told): Promise<JsonObject | undefined> {
    try {
      return await render?.(params);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #subscribe(bus: Bus): Promise<unknown> {
    const heard = (message: JsonValue): void => {
      this.#heard(message);
    };
    const onGap = (): void => this.#missed();
    return bus.subscribe(TOPIC, heard, { onGap }).catch((error: unknown) => {
      this.#carried = undefined; // tried again by whoever starts next
      throw error;
    });
  }

  #publish(): void {
    const changes = [...this.#announced.values()];
    this.#announced.clear();
    for (const change of changes) {
      if (this.#bus === undefined) this.#heard(change);
      // A bus that is away reports that itself; caching hints make up for a change that is not heard of.
      else void this.#bus.publish(TOPIC, { ...change, key: crypto.randomUUID() }).catch(() => undefined);
    }
  }

  /** Whatever may have changed did, as far as anybody here can tell: reading it anew does no harm. */
  #missed(): void {
    const interests = [...this.#hearers.values()];
    const uris = new Set(interests.flatMap(({ watched }) => [...(watched?.() ?? [])]));
    for (const list of LISTS) this.#heard({ method: `notifications/${list}/list_changed` });
    for (const uri of uris) this.#heard({ method: RESOURCE_UPDATED, params: { uri } });
    for (const { missed } of interests) this.#isolated(() => missed?.());
  }

  #heard(message: JsonValue): void {
    if (!isObject(message) || typeof message["method"] !== "string") return;
    const { method } = message;
    const params = isObject(message["params"]) ? message["params"] : undefined;
    const key = typeof message["key"] === "string" ? message["key"] : undefined;
    const session = typeof message["session"] === "string" ? message["session"] : undefined;
    const change: Change = { method, params, session, encoded: encodeNotification(method, params, key) };
    for (const hearer of this.#hearers.keys()) this.#isolated(() => hearer(change));
  }

  #isolated(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#failed(error);
    }
  }
}
