import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";

/** As many are given out at a time, at most. */
const MAX_BATCH = 100;
const BATCHES_PER_SECOND = 10;

/**
 * Gives out things batch by batch, and lets others take their turn in between.
 *
 * @param perSecond at most so many; without it, as fast as it goes
 * @throws the reason of `signal`
 */
export async function* inBatches<T>(
  items: readonly T[],
  perSecond: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly T[], void, undefined> {
  const size = batchSize(perSecond);
  for (let done = 0; done < items.length; done += size) {
    if (done > 0) await (perSecond === undefined ? othersTurn(signal) : wait(size / perSecond, signal));
    yield items.slice(done, done + size);
  }
}

function batchSize(perSecond = Infinity): number {
  return Math.min(MAX_BATCH, Math.ceil(perSecond / BATCHES_PER_SECOND));
}

/** Without it nobody else is served meanwhile, and a cancellation is not even read. */
async function othersTurn(signal: AbortSignal): Promise<void> {
  await nextTurn(undefined, { signal });
}

async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  await pause(seconds * 1000, undefined, { signal });
}
