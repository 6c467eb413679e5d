import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { canonicalJson } from "../../jsonrpc/canonical-json.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { busyIfAway } from "../away-error.js";
import { journalFromJson, journalToJson, type Journal } from "./journal.js";
import type { AskingRecords } from "./own-records.js";
import type { Sealer } from "./seal.js";

export interface RequestStateOptions {
  readonly sealer: Sealer;
  /** Where a journal is kept that is too large to travel. */
  readonly records: AskingRecords;
  /** How long a client may take from question to answer, in ms. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch, as all nodes agree on. Default: the system's. */
  readonly now?: () => number;
}

/** What a client sent along. */
export interface ReadState {
  readonly journal: Journal;
  /** The record it was kept in, where it was too large to travel. */
  readonly kept: string | undefined;
}

/** How long a journal is kept that was used, for a client whose answer got lost on the way, in ms. */
const USED_TTL_MS = 60_000;

/** Characters of a `requestState`; a larger journal goes to the records. */
const MAX_LENGTH = 64 * 1024;
/** Parameters that differ from round to round, or say who is calling and not what for. */
const UNBOUND: ReadonlySet<string> = new Set(["_meta", "inputResponses", "requestState"]);

/** Makes and reads `requestState` (Multi Round-Trip Requests, Server Requirements). */
export class RequestStates {
  readonly #options: RequestStateOptions;

  constructor(options: RequestStateOptions) {
    this.#options = options;
  }

  get ttlMs(): number {
    return this.#options.ttlMs;
  }

  /** @param context what the state is good for, as {@link stateContext} says it */
  write(journal: Journal, context: string): Promise<string> {
    return this.#write(journal, context).catch(busyIfAway);
  }

  async #write(journal: Journal, context: string): Promise<string> {
    const { sealer, records, ttlMs, now = Date.now } = this.#options;
    const expires = now() + ttlMs;
    const whole = { expires, journal: journalToJson(journal) };
    const sealed = await sealer.seal(JSON.stringify(whole), context);
    if (sealed.length <= MAX_LENGTH) return sealed;
    const kept = `towpath/journal/${journal.callId}/${String(journal.round)}`;
    await records.set(kept, whole.journal, { ttlMs });
    return sealer.seal(JSON.stringify({ expires, kept }), context);
  }

  /** @throws InvalidParamsError for anything but a state of ours that is good for this context */
  async read(state: unknown, context: string): Promise<ReadState> {
    const { sealer, records, now = Date.now } = this.#options;
    const usable = typeof state === "string" && state.length <= MAX_LENGTH;
    const text = usable ? await sealer.open(state, context) : undefined;
    // Authenticated: nobody but this server, or another with its keys, wrote it.
    const sealed = text === undefined ? {} : (JSON.parse(text) as JsonObject);
    const { expires, kept, journal } = sealed;
    if (typeof expires !== "number" || expires <= now()) throw notOurs();
    const found = typeof kept === "string" ? (await records.get(kept))?.value : journal;
    const read = journalFromJson(found);
    if (read === undefined) throw notOurs();
    return { journal: read, kept: typeof kept === "string" ? kept : undefined };
  }

  /** A round was answered: what it was told need not be kept for much longer. */
  async used(kept: string): Promise<void> {
    await this.#options.records.touch(kept, USED_TTL_MS);
  }
}

/** What a state is good for: this server, this principal, this request. */
export function stateContext(
  server: string,
  principal: string | undefined,
  method: string,
  params: JsonObject | undefined,
): string {
  const bound = Object.entries(params ?? {}).filter(([name]) => !UNBOUND.has(name));
  return canonicalJson(["towpath-1", server, principal ?? null, method, Object.fromEntries(bound)]);
}

/** Says nothing of what is wrong with it: whoever made it up is not to learn. */
function notOurs(): InvalidParamsError {
  return new InvalidParamsError(
    "Invalid params: params.requestState was not given out for this request, or has expired",
  );
}

/** @throws InvalidParamsError */
export function inputResponses({ inputResponses: given }: JsonObject): JsonObject {
  if (given === undefined) return {};
  if (isObject(given)) return given;
  throw new InvalidParamsError("Invalid params: params.inputResponses must be an object");
}
