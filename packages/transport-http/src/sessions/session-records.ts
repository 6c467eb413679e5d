import type { CreateOutcome, Handshake, JsonValue, Records } from "@towpath/mcp-core";
import { isObject } from "@towpath/mcp-core/transport";

/** What is kept of a session, on every node. */
export interface StoredSession {
  readonly handshake: Handshake;
  /** The principal it belongs to. */
  readonly owner: string | undefined;
}

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

  create(id: string, session: StoredSession): Promise<CreateOutcome> {
    const atMost = this.#max === Infinity ? [] : [{ index: INDEX, count: this.#max }];
    return this.#records.create(nameOf(id), asJson(session), {
      ttlMs: this.#ttlMs,
      indexes: [INDEX],
      atMost,
    });
  }

  /** Stores what has changed of a session that is still there. */
  async save(id: string, session: StoredSession): Promise<void> {
    const stored = await this.#records.get(nameOf(id));
    if (stored === undefined) return;
    const options = { ifVersion: stored.version, ttlMs: this.#ttlMs };
    const saved = await this.#records.replace(nameOf(id), asJson(session), options);
    if (saved === undefined) await this.save(id, session);
  }

  /** The session, whose time begins anew. */
  async get(id: string): Promise<StoredSession | undefined> {
    const value = (await this.#records.get(nameOf(id), { ttlMs: this.#ttlMs }))?.value;
    if (!isObject(value)) return undefined;
    // What is stored under this name was stored above.
    const { handshake, owner } = value as unknown as { handshake: Handshake; owner: string | null };
    return { handshake, owner: owner ?? undefined };
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
  return `towpath/http/session/${id}`;
}

function asJson({ handshake, owner }: StoredSession): JsonValue {
  return { handshake: handshake as unknown as JsonValue, owner: owner ?? null }; // plain data, as it says itself
}
