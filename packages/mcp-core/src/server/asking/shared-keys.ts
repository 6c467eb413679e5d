import { isObject } from "../../jsonrpc/guards.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Records } from "../../state/contract.js";
import { keyOf, newSecret, type Key } from "./key-material.js";

interface StoredKey {
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

interface Ring {
  readonly stored: readonly StoredKey[];
  readonly version: string;
  /** The newest first. */
  readonly keys: readonly [Key, ...Key[]];
  readonly readAt: number;
}

export interface SharedKeysOptions {
  readonly records: Records;
  /** How long what was sealed may come back, in ms. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch, as all nodes agree on. */
  readonly now: () => number;
}

const RECORD = "towpath/state-keys";

/** How long a key seals, in ms: 30 days. */
const SEALS_MS = 2_592_000_000;

/** How old the keys may be that a node knows, in ms, when it seals. */
const FRESH_MS = 60_000;

/** How often a key that is not known is looked for, in ms: its id may be anybody's invention. */
const LOOK_EVERY_MS = 1_000;

/**
 * Keys that all nodes share: the first node makes the first, whoever seals when it is too old makes the next, and what
 * was sealed with an earlier one opens for as long as it may come back.
 */
export class SharedKeys {
  readonly #options: SharedKeysOptions;
  #ring: Promise<Ring> | undefined;

  constructor(options: SharedKeysOptions) {
    this.#options = options;
  }

  /** The key to seal with. */
  async newest(): Promise<Key> {
    const now = this.#options.now();
    let ring = await this.#known();
    // While the state is away, what is known will do: every node knows it.
    if (ring.readAt + FRESH_MS <= now) ring = await this.#readAgain().catch(() => ring);
    const [newest] = ring.stored;
    if (newest !== undefined && newest.since + SEALS_MS > now) return ring.keys[0];
    return (await this.#change(() => this.#rotate(ring)).catch(() => ring)).keys[0];
  }

  /** The key with this id, if there is, or was, one. */
  async find(id: string): Promise<Key | undefined> {
    const ring = await this.#known();
    const known = ring.keys.find((key) => key.id === id);
    if (known !== undefined || ring.readAt + LOOK_EVERY_MS > this.#options.now()) return known;
    return (await this.#readAgain()).keys.find((key) => key.id === id);
  }

  #known(): Promise<Ring> {
    return this.#ring ?? this.#change(() => this.#load());
  }

  #readAgain(): Promise<Ring> {
    return this.#change(() => this.#load());
  }

  /** What fails leaves what was known, and is tried again by whoever comes next. */
  #change(load: () => Promise<Ring>): Promise<Ring> {
    const before = this.#ring;
    const ring = load();
    this.#ring = ring;
    ring.catch(() => {
      if (this.#ring === ring) this.#ring = before;
    });
    return ring;
  }

  async #load(): Promise<Ring> {
    const { records, now } = this.#options;
    const first = await records.get(RECORD);
    if (first !== undefined) return this.#ringOf(first.value, first.version);
    const fresh: StoredKey[] = [{ secret: newSecret(), since: now() }];
    await records.create(RECORD, asJson(fresh), { ttlMs: Infinity });
    const stored = await records.get(RECORD);
    if (stored === undefined) throw new Error("The shared state keeps no keys for requestState");
    return this.#ringOf(stored.value, stored.version);
  }

  async #rotate({ stored, version }: Ring): Promise<Ring> {
    const { records, now } = this.#options;
    const left = stored.filter((_, at) => this.#mayComeBack(stored[at - 1]));
    const rotated = [{ secret: newSecret(), since: now() }, ...left];
    const replaced = await records.replace(RECORD, asJson(rotated), { ifVersion: version });
    // Otherwise another node was faster.
    return replaced === undefined ? this.#load() : this.#ringOf(asJson(rotated), replaced);
  }

  /** Whether something may come back that was sealed with a key, which this one followed. */
  #mayComeBack(next: StoredKey | undefined): boolean {
    const { now, ttlMs } = this.#options;
    return next === undefined || next.since + FRESH_MS + ttlMs > now();
  }

  async #ringOf(value: JsonValue, version: string): Promise<Ring> {
    const stored = Array.isArray(value) ? value.filter(isStoredKey) : [];
    const [newest, ...others] = await Promise.all(stored.map(({ secret }) => keyOf(secret)));
    if (newest === undefined) throw new Error("The shared state keeps no keys for requestState");
    return { stored, version, keys: [newest, ...others], readAt: this.#options.now() };
  }
}

function asJson(keys: readonly StoredKey[]): JsonValue {
  return keys.map((key) => ({ ...key }));
}

function isStoredKey(value: JsonValue): value is JsonValue & StoredKey {
  return isObject(value) && typeof value["secret"] === "string" && typeof value["since"] === "number";
}
