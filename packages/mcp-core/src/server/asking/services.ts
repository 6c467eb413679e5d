import type { State } from "../../state/contract.js";
import type { Clock } from "../../protocol/clock.js";
import { OwnRecords, type AskingRecords } from "./own-records.js";
import { RequestStates } from "./request-state.js";
import { Sealer } from "./seal.js";

/** What all requests of a server that ask have in common. */
export interface AskingServices {
  readonly server: string;
  readonly states: RequestStates;
  readonly records: AskingRecords;
  readonly sealer: Sealer;
}

export interface AskingOptions {
  readonly stateKeys?: readonly (string | Uint8Array)[];
  readonly stateTtlMs?: number;
}

const DEFAULT_TTL_MS = 3_600_000;

/** @throws TypeError, RangeError for options that are not what they must be */
export function askingServices(
  server: string,
  { stateKeys, stateTtlMs = DEFAULT_TTL_MS }: AskingOptions,
  state: State | undefined,
  clock: Clock,
): AskingServices {
  if (!(stateTtlMs > 0 && stateTtlMs < Infinity))
    throw new RangeError(
      `stateTtlMs must be more than 0 milliseconds, and finite, not ${String(stateTtlMs)}`,
    );
  const sealer = new Sealer({ keys: stateKeys, shared: state?.records, ttlMs: stateTtlMs });
  const records = state?.records ?? new OwnRecords(clock);
  return { server, records, sealer, states: new RequestStates({ sealer, records, ttlMs: stateTtlMs }) };
}
