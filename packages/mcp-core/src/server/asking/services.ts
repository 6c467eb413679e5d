import type { Records, State } from "../../state/contract.js";
import type { AskingServices } from "./asker.js";
import { RequestStates } from "./request-state.js";
import { Sealer } from "./seal.js";

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
): AskingServices {
  if (!(stateTtlMs > 0 && stateTtlMs < Infinity))
    throw new RangeError(
      `stateTtlMs must be more than 0 milliseconds, and finite, not ${String(stateTtlMs)}`,
    );
  const sealer = new Sealer({ keys: stateKeys, shared: state?.records });
  let records: Promise<Records> | undefined;
  const open = (): Promise<Records> => {
    records ??= state === undefined ? ownRecords() : Promise.resolve(state.records);
    return records;
  };
  return { server, records: open, states: new RequestStates({ sealer, records: open, ttlMs: stateTtlMs }) };
}

/** Loaded by the few servers that need it: the only node there is keeps its records itself. */
async function ownRecords(): Promise<Records> {
  const { memoryState } = await import("../../state/memory/memory-state.js");
  return memoryState().records;
}
