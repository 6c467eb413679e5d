import { BusyError, InvalidParamsError, type JsonValue, type Records } from "@towpath/mcp-core";
import { QUOTES, type Quote } from "./wire.js";

/** A quote as the nodes share it. */
export type Entry = {
  readonly quote: Quote;
  /** The desk that can run the call. */
  readonly desk: string;
  /** The principal whose it is; `null` where nobody was authenticated. */
  readonly owner: string | null;
  /** Who is told of it in the handshake era. */
  readonly recipient: string;
};

/** How many quotes are kept at a time, on all nodes together. */
const MAX_QUOTES = 10_000;

const nameOf = (quoteId: string): string => `${QUOTES}/${quoteId}`;
const entryOf = (value: JsonValue): Entry => value as Entry; // only ledgers write these records

/** All quotes there are, whichever node made them. */
export class Ledger {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** @throws BusyError when there are too many */
  async add(entry: Entry, ttlMs: number): Promise<void> {
    const atMost = [{ index: QUOTES, count: MAX_QUOTES }];
    const name = nameOf(entry.quote.quoteId);
    const { outcome } = await this.#records.create(name, entry, { ttlMs, indexes: [QUOTES], atMost });
    if (outcome === "full") throw new BusyError("Too many quotes are open; ask again later");
  }

  async get(quoteId: string): Promise<Entry | undefined> {
    const found = await this.#records.get(nameOf(quoteId));
    return found && entryOf(found.value);
  }

  /** @throws InvalidParamsError where there is none, or it is somebody else's: nobody learns which */
  async find(quoteId: string, owner: string | null): Promise<Entry> {
    const entry = await this.get(quoteId);
    if (entry?.owner !== owner)
      throw new InvalidParamsError("Invalid params: there is no such quote, or no longer");
    return entry;
  }

  /**
   * Changes a quote as it is now, however often others come first.
   * @param apply gives the quote to come, or `undefined` where it is to stay
   * @returns the entry after the change, `undefined` if there was none
   */
  async change(
    quoteId: string,
    apply: (quote: Quote) => Quote | undefined,
    ttlMs?: number,
  ): Promise<Entry | undefined> {
    for (;;) {
      const found = await this.#records.get(nameOf(quoteId));
      if (found === undefined) return undefined;
      const entry = entryOf(found.value);
      const quote = apply(entry.quote);
      if (quote === undefined) return undefined;
      const changed = { ...entry, quote };
      const how = { ifVersion: found.version, ttlMs };
      if ((await this.#records.replace(nameOf(quoteId), changed, how)) !== undefined) return changed;
    }
  }
}
