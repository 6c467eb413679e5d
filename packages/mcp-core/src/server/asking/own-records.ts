import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Clock } from "../../protocol/clock.js";
import { BusyError } from "../../protocol/errors.js";
import type { Records } from "../../state/contract.js";

/** What questions ask of records. */
export type AskingRecords = Pick<Records, "create" | "get" | "set" | "delete">;

interface Kept {
  readonly json: string;
  readonly until: number;
}

const MAX_RECORDS = 10_000;
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
  #versions = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(id: string): ReturnType<AskingRecords["get"]> {
    const kept = this.#live(id);
    // Its own JSON, read back.
    const value = kept === undefined ? undefined : (JSON.parse(kept.json) as JsonValue);
    return Promise.resolve(value === undefined ? undefined : { value, version: String(this.#versions) });
  }

  async set(id: string, value: JsonValue, { ttlMs }: { readonly ttlMs: number }): Promise<string> {
    const json = JSON.stringify(value);
    if (!this.#hasRoom(id, json)) this.#dropExpired();
    if (!this.#hasRoom(id, json))
      throw new BusyError("Too many calls wait for answers: give the server a state, or wait");
    this.#drop(id);
    this.#kept.set(id, { json, until: this.#clock.now() + ttlMs });
    this.#length += json.length;
    return String(++this.#versions);
  }

  async create(
    id: string,
    value: JsonValue,
    options: { readonly ttlMs: number },
  ): ReturnType<AskingRecords["create"]> {
    if (this.#live(id) !== undefined) return { outcome: "exists" };
    return { outcome: "created", version: await this.set(id, value, options) };
  }

  delete(id: string): Promise<boolean> {
    return Promise.resolve(this.#drop(id));
  }

  #live(id: string): Kept | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.until > this.#clock.now() ? kept : undefined;
  }

  #drop(id: string): boolean {
    this.#length -= this.#kept.get(id)?.json.length ?? 0;
    return this.#kept.delete(id);
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
