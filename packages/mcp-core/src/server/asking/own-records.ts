import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Clock } from "../../protocol/clock.js";
import { BusyError } from "../../protocol/errors.js";

/** What questions ask of records: any `Records` will do. */
export interface AskingRecords {
  get(id: string): Promise<{ readonly value: JsonValue } | undefined>;
  set(id: string, value: JsonValue, options: Lifetime): Promise<unknown>;
  create(id: string, value: JsonValue, options: Lifetime): Promise<{ readonly outcome: string }>;
  touch(id: string, ttlMs: number): Promise<unknown>;
  delete(id: string): Promise<unknown>;
}

interface Lifetime {
  readonly ttlMs: number;
}

interface Kept {
  readonly json: string;
  readonly until: number;
}

const MAX_RECORDS = 100_000;
/** Characters of JSON, of all records. */
const MAX_LENGTH = 64 * 1024 * 1024;

/**
 * Records for a server that is the only node there is and was given no state: no more than questions need,
 * so that servers which ask little carry little.
 */
export class OwnRecords implements AskingRecords {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #length = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(id: string): Promise<{ readonly value: JsonValue } | undefined> {
    const kept = this.#live(id);
    // Its own JSON, read back.
    return Promise.resolve(kept && { value: JSON.parse(kept.json) as JsonValue });
  }

  async set(id: string, value: JsonValue, { ttlMs }: Lifetime): Promise<void> {
    const json = JSON.stringify(value);
    if (!this.#hasRoom(id, json)) this.#dropExpired();
    if (!this.#hasRoom(id, json))
      throw new BusyError("Too many calls wait for answers: give the server a state, or wait");
    this.#drop(id);
    this.#kept.set(id, { json, until: this.#clock.now() + ttlMs });
    this.#length += json.length;
    return Promise.resolve();
  }

  async create(id: string, value: JsonValue, lifetime: Lifetime): Promise<{ readonly outcome: string }> {
    if (this.#live(id) !== undefined) return { outcome: "exists" };
    await this.set(id, value, lifetime);
    return { outcome: "created" };
  }

  touch(id: string, ttlMs: number): Promise<void> {
    const kept = this.#live(id);
    if (kept !== undefined) this.#kept.set(id, { json: kept.json, until: this.#clock.now() + ttlMs });
    return Promise.resolve();
  }

  delete(id: string): Promise<void> {
    this.#drop(id);
    return Promise.resolve();
  }

  #live(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.until > this.#clock.now() ? kept : undefined;
  }

  #drop(id: string): void {
    this.#length -= this.#kept.get(id)?.json.length ?? 0;
    this.#kept.delete(id);
  }

  /** What is refused leaves the record of this id as it is. */
  #hasRoom(id: string, json: string): boolean {
    const replaced = this.#kept.get(id);
    const count = this.#kept.size - (replaced === undefined ? 0 : 1);
    const length = this.#length - (replaced?.json.length ?? 0) + json.length;
    return count < MAX_RECORDS && length <= MAX_LENGTH;
  }

  #dropExpired(): void {
    for (const id of this.#kept.keys()) if (this.#live(id) === undefined) this.#drop(id);
  }
}
