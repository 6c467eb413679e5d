import { busCases } from "./state-contract/bus.js";
import { counterCases } from "./state-contract/counters.js";
import { indexCases } from "./state-contract/indexes.js";
import { lifetimeCases } from "./state-contract/lifetime.js";
import { logCases } from "./state-contract/logs.js";
import { readerCases } from "./state-contract/readers.js";
import { recordCases } from "./state-contract/records.js";
import { openStage, type Cases, type StateSource } from "./state-contract/stage.js";
import { trimCases } from "./state-contract/trimming.js";

export type { StateSource } from "./state-contract/stage.js";

export interface StateContractOptions {
  /** Time to live, in ms, of what a case waits to see expire; longer than a few round trips. Default: 500. */
  readonly shortMs?: number;
  /** Milliseconds after which a case that still waits fails. Default: 15,000. */
  readonly timeoutMs?: number;
}

export interface ContractCase {
  readonly name: string;
  /** Rejects if the implementation breaks the contract; leaves nothing open either way. */
  run(): Promise<void>;
}

const groups: Readonly<Record<string, Cases>> = {
  records: recordCases,
  indexes: indexCases,
  counters: counterCases,
  logs: logCases,
  readers: readerCases,
  trimming: trimCases,
  bus: busCases,
  state: lifetimeCases,
};

/**
 * What every `State` must do, one named case for each behaviour, for any test runner:
 *
 * ```ts
 * for (const { name, run } of stateContract(() => memoryState())) it(name, run);
 * ```
 *
 * `create` is called once for each case, which closes what it got. All names that a case uses are its
 * own, so cases may share a storage and run at the same time. With a `peer` the cases also prove that
 * two nodes see the same. Nothing depends on how fast the implementation is, given a `shortMs` that fits.
 */
export function stateContract(
  create: () => StateSource | Promise<StateSource>,
  options: StateContractOptions = {},
): readonly ContractCase[] {
  const { shortMs = 500, timeoutMs = 15_000 } = options;
  return Object.entries(groups).flatMap(([group, cases]) =>
    Object.entries(cases).map(([name, test]) => ({
      name: `${group}: ${name}`,
      async run() {
        const stage = openStage(await create(), shortMs);
        try {
          await withTimeout(test(stage), timeoutMs);
        } finally {
          await stage.close();
        }
      },
    })),
  );
}

async function withTimeout(test: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Still waiting after ${String(timeoutMs)} ms.`)), timeoutMs);
  });
  try {
    await Promise.race([test, late]);
  } finally {
    clearTimeout(timer);
  }
}
