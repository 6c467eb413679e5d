import type { Nodes } from "../../contract/index.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { fireAndForget } from "../../protocol/promises.js";
import type { Records } from "../../state/contract.js";
import { StateClosedError } from "../../state/errors.js";
import { Watches } from "./watches.js";

/** How often a node says that it is there, in ms. */
export const BEAT_MS = 2_000;

/** How long that holds, in ms: a node may be busy with something else for a while. */
export const PRESENT_MS = 8_000;

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
  #joined: Promise<void> | undefined;
  #beat: Scheduled | undefined;
  #left = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { records, clock } = options;
    this.#watches = new Watches(clock, async (node) => (await records.get(nameOf(node))) !== undefined);
  }

  join(): Promise<void> {
    this.#joined ??= this.#join().catch((error: unknown) => {
      this.#joined = undefined; // tried again by whoever needs it next
      throw error;
    });
    return this.#joined;
  }

  watch(node: string, gone: () => void): () => void {
    return node === this.id ? () => undefined : this.#watches.add(node, gone);
  }

  /** Says that this node is there no more, and watches nobody any longer. Never rejects, nor waits for long. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#beat?.cancel();
    this.#watches.close();
    if (this.#joined === undefined) return;
    const left = this.#joined.then(() => this.#options.records.delete(nameOf(this.id)));
    await Promise.race([left, this.#patience()]).catch(this.#options.report);
  }

  #patience(): Promise<void> {
    return new Promise(
      (resolve) => void this.#options.clock.schedule(LEAVE_MS, resolve, { keepAlive: true }),
    );
  }

  async #join(): Promise<void> {
    const card = await this.#options.card();
    await this.#say(card);
    try {
      await this.#checkOthers(card);
    } catch (error) {
      fireAndForget(() => this.#options.records.delete(nameOf(this.id)));
      throw error;
    }
    this.#schedule(card);
  }

  async #say(card: JsonObject): Promise<void> {
    await this.#options.records.set(nameOf(this.id), card, { ttlMs: PRESENT_MS, indexes: [INDEX] });
  }

  async #checkOthers(card: JsonObject): Promise<void> {
    const { records, check } = this.#options;
    const { ids } = await records.list(INDEX, { limit: PAGE });
    const others = ids.filter((id) => id !== nameOf(this.id));
    const cards = await Promise.all(others.map(async (id) => [id, await records.get(id)] as const));
    for (const [id, record] of cards) {
      const other: JsonValue | undefined = record?.value;
      if (isObject(other)) check(card, other, id.slice(nameOf("").length));
    }
  }

  #schedule(card: JsonObject): void {
    if (this.#left) return;
    this.#beat = this.#options.clock.schedule(BEAT_MS, () => {
      void this.#say(card).then(
        () => this.#schedule(card),
        // A state that is away says so itself; this node is there again with the first beat that arrives.
        (error: unknown) => error instanceof StateClosedError || this.#schedule(card),
      );
    });
  }
}

function nameOf(node: string): string {
  return `towpath/node/${node}`;
}
