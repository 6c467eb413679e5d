import type { CreateOutcome, Handshake, JsonValue, Records, StoredRecord } from "@towpath/mcp-core";
import { isObject } from "@towpath/mcp-core/transport";

/** What is kept of a session, on every node. */
export interface StoredSession {
  readonly handshake: Handshake;
  /** The principal it belongs to. */
  readonly owner: string | undefined;
}

/** A session as it was read. */
export interface ReadSession extends StoredSession {
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

  create(id: string, session: StoredSession): Promise<CreateOutcome> {
    const atMost = this.#max === Infinity ? [] : [{ index: INDEX, count: this.#max }];
    return this.#records.create(nameOf(id), asJson(session), {
      ttlMs: this.provisionalTtlMs,
      indexes: [INDEX],
      atMost,
    });
  }

  /** Changes a session, and gives what it then is; nothing if it is there no more. */
  async change(id: string, change: (handshake: Handshake) => Handshake): Promise<ReadSession | undefined> {
    const stored = await this.get(id);
    if (stored === undefined) return undefined;
    const changed = { handshake: change(stored.handshake), owner: stored.owner };
    const version = await this.#records.replace(nameOf(id), asJson(changed), {
      ifVersion: stored.version,
      ttlMs: this.#ttlMs,
    });
    // Otherwise another node was faster.
    return version === undefined ? this.change(id, change) : { ...changed, version };
  }

  /** The session, whose time begins anew. */
  async get(id: string): Promise<ReadSession | undefined> {
    return readSession(await this.#records.get(nameOf(id), { ttlMs: this.#ttlMs }));
  }

  /** The session, whose time goes on. */
  async peek(id: string): Promise<ReadSession | undefined> {
    return readSession(await this.#records.get(nameOf(id)));
  }

  /** Lets its time begin anew; `false` if there is no such session any more. */
  touch(id: string): Promise<boolean> {
    return this.#records.touch(nameOf(id), this.#ttlMs);
  }

  delete(id: string): Promise<boolean> {
    return this.#records.delete(nameOf(id));
  }
}

function nameOf(id: string): string {
  return `towpath/http/session/{${id}}`;
}

function asJson({ handshake, owner }: StoredSession): JsonValue {
  return { handshake: handshake as unknown as JsonValue, owner: owner ?? null }; // plain data, as it says itself
}

function readSession(record: StoredRecord | undefined): ReadSession | undefined {
  if (record === undefined || !isObject(record.value)) return undefined;
  // What is stored under this name was stored above.
  const { handshake, owner } = record.value as unknown as { handshake: Handshake; owner: string | null };
  return { handshake, owner: owner ?? undefined, version: record.version };
}
