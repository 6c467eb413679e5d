import type { CreateOutcome, Handshake, JsonValue, Records, StoredRecord } from "@towpath/mcp-core";

/** Where a session is found: by its id, and by nobody but the principal that it belongs to. */
export interface SessionKey {
  readonly id: string;
  /** The principal's id. */
  readonly principal: string | undefined;
}

/** A session as it was read. */
export interface ReadSession {
  readonly handshake: Handshake;
  /** Differs after every change. */
  readonly version: string;
}

/** How long a session is kept whose client has not come back since `initialize`, in ms: nobody may want it. */
const PROVISIONAL_TTL_MS = 60_000;

const INDEX = "towpath/http/sessions";

/** The sessions of a server, as records with a time to live. */
export class SessionRecords {
  readonly #records: Records;
  readonly #ttlMs: number;
  readonly #max: number;

  /** @param max that there may be at a time */
  constructor(records: Records, ttlMs: number, max: number) {
    this.#records = records;
    this.#ttlMs = ttlMs;
    this.#max = max;
  }

  /** How long a session is kept until its second request, in ms. */
  get provisionalTtlMs(): number {
    return Math.min(PROVISIONAL_TTL_MS, this.#ttlMs);
  }

  create(key: SessionKey, handshake: Handshake): Promise<CreateOutcome> {
    const atMost = this.#max === Infinity ? [] : [{ index: INDEX, count: this.#max }];
    return this.#records.create(nameOf(key), asJson(handshake), {
      ttlMs: this.provisionalTtlMs,
      indexes: [INDEX],
      atMost,
    });
  }

  /** Changes a session, and gives what it then is; nothing if it is there no more. */
  async change(
    key: SessionKey,
    change: (handshake: Handshake) => Handshake,
  ): Promise<ReadSession | undefined> {
    const stored = await this.get(key);
    if (stored === undefined) return undefined;
    const handshake = change(stored.handshake);
    const version = await this.#records.replace(nameOf(key), asJson(handshake), {
      ifVersion: stored.version,
      ttlMs: this.#ttlMs,
    });
    // Otherwise another node was faster.
    return version === undefined ? this.change(key, change) : { handshake, version };
  }

  /** The session, whose time begins anew. */
  async get(key: SessionKey): Promise<ReadSession | undefined> {
    return readSession(await this.#records.get(nameOf(key), { ttlMs: this.#ttlMs }));
  }

  /** The session, whose time goes on. */
  async peek(key: SessionKey): Promise<ReadSession | undefined> {
    return readSession(await this.#records.get(nameOf(key)));
  }

  /** Lets its time begin anew; `false` if there is no such session any more. */
  touch(key: SessionKey): Promise<boolean> {
    return this.#records.touch(nameOf(key), this.#ttlMs);
  }

  delete(key: SessionKey): Promise<boolean> {
    return this.#records.delete(nameOf(key));
  }
}

/** It has the principal in it, so that for anybody else there is no such session, and no time begins anew. */
function nameOf({ id, principal }: SessionKey): string {
  return `towpath/http/session/{${id}}${JSON.stringify(principal ?? null)}`;
}

function asJson(handshake: Handshake): JsonValue {
  return handshake as unknown as JsonValue; // plain data, as it says itself
}

function readSession(record: StoredRecord | undefined): ReadSession | undefined {
  // What is stored under this name was stored above.
  return record && { handshake: record.value as unknown as Handshake, version: record.version };
}
