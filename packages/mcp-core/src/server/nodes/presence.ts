import type { Nodes } from "../../contract/index.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { atMost } from "../../protocol/at-most.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import type { Records } from "../../state/contract.js";
import { StateClosedError, StateUnavailableError } from "../../state/errors.js";
import { Watches } from "./watches.js";

/** How often a node says that it is there, in ms. */
const BEAT_MS = 2_000;

/** How long that holds, in ms: a node may be busy with something else for a while. */
const PRESENT_MS = 8_000;

/** How long a node that ends waits for the state to know, in ms. */
const LEAVE_MS = 500;

const INDEX = "towpath/nodes";

/** Nodes of which a page is read at a time. */
const PAGE = 1_000;

export interface PresenceOptions {
  readonly records: Records;
  readonly clock: Clock;
  /** What this node lets the others know of it. */
  readonly card: () => Promise<JsonObject>;
  /** @throws when this node cannot serve together with one that has such a card */
  readonly check: (own: JsonObject, other: JsonObject, node: string) => void;
  readonly report: (error: unknown) => void;
}

/** This process among the nodes of a server: a record that lives as long as it is renewed. */
export class Presence implements Nodes {
  readonly id = crypto.randomUUID();
  readonly #options: PresenceOptions;
  readonly #watches: Watches;
  /** Those who have joined and not left. */
  #members = 0;
  #joined: Promise<void> | undefined;
  #next: Scheduled | undefined;
  #disagreement: Error | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#watches = new Watches(options.clock, (node) => this.isThere(node));
  }

  get disagreement(): Error | undefined {
    return this.#disagreement;
  }

  async join(): Promise<void> {
    this.#members += 1;
    try {
      await this.#known();
    } catch (error) {
      this.#members -= 1;
      throw error;
    }
  }

  /** Joins as soon as the state is back: a node may have begun to serve what needs none. */
  joinLater(): void {
    this.#members += 1;
    this.#tryAgain();
  }

  async leave(): Promise<void> {
    this.#members -= 1;
    if (this.#members > 0) return;
    this.#next?.cancel();
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined === undefined) return;
    const left = joined.then(() => this.#options.records.delete(nameOf(this.id)));
    // A state that is away says so itself, and the record runs out.
    await atMost(this.#options.clock, LEAVE_MS, left).catch(() => undefined);
  }

  watch(node: string, gone: () => void): () => void {
    return node === this.id ? () => undefined : this.#watches.add(node, gone);
  }

  async isThere(node: string): Promise<boolean> {
    return (await this.#options.records.get(nameOf(node))) !== undefined;
  }

  /** Settles when others can know this node, and it agrees with them. */
  #known(): Promise<void> {
    this.#joined ??= this.#begin().catch((error: unknown) => {
      this.#joined = undefined; // tried again by whoever needs it next
      throw error;
    });
    return this.#joined;
  }

  async #begin(): Promise<void> {
    const card = await this.#options.card();
    await this.#say(card);
    this.#beat(card);
    try {
      await this.#checkOthers(card);
    } catch (error) {
      this.#next?.cancel();
      if (!(error instanceof StateUnavailableError)) await this.#options.records.delete(nameOf(this.id));
      throw error;
    }
  }

  #tryAgain(): void {
    this.#next = this.#options.clock.schedule(BEAT_MS, () => {
      if (this.#members === 0) return;
      this.#known().catch((error: unknown) => {
        if (error instanceof StateUnavailableError) this.#tryAgain();
        else this.#disagree(error);
      });
    });
  }

  #disagree(error: unknown): void {
    if (error instanceof StateClosedError) return;
    this.#disagreement = error instanceof Error ? error : new Error(String(error));
    this.#options.report(error);
  }

  async #say(card: JsonObject): Promise<void> {
    await this.#options.records.set(nameOf(this.id), card, { ttlMs: PRESENT_MS, indexes: [INDEX] });
  }

  /** One that has crashed is listed for a while: whoever disagrees has to do so for longer. */
  async #checkOthers(card: JsonObject): Promise<void> {
    if ((await this.#disagreeing(card)).length === 0) return;
    await new Promise<void>((resolve) => {
      this.#options.clock.schedule(PRESENT_MS, resolve, { keepAlive: true });
    });
    const [first] = await this.#disagreeing(card);
    if (first !== undefined) throw first.reason;
  }

  async #disagreeing(own: JsonObject): Promise<readonly { readonly reason: unknown }[]> {
    const { records, check } = this.#options;
    const { ids } = await records.list(INDEX, { limit: PAGE });
    const others = ids.filter((id) => id !== nameOf(this.id));
    const cards = await Promise.all(others.map(async (id) => [id, (await records.get(id))?.value] as const));
    return cards.flatMap(([id, card]) => {
      try {
        if (isObject(card)) check(own, card, id.slice(nameOf("").length));
        return [];
      } catch (reason) {
        return [{ reason }];
      }
    });
  }

  /** A state that is away says so itself; this node is there again with the first beat that arrives. */
  #beat(card: JsonObject): void {
    this.#next = this.#options.clock.schedule(BEAT_MS, () => {
      // Those who joined may have left before it was done.
      if (this.#members === 0) return;
      this.#beat(card);
      const next = this.#next;
      this.#say(card).catch((error: unknown) => {
        if (error instanceof StateClosedError) next?.cancel();
      });
    });
  }
}

function nameOf(node: string): string {
  return `towpath/node/${node}`;
}
