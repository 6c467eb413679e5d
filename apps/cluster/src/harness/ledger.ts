import { createClient } from "@redis/client";
import { abortsKey, runsKey } from "../node/ledger.js";

/** The nodes that began with each call. */
export function ledgerOf(
  url: string,
  calls: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return listsOf(url, calls, runsKey);
}

/** The reasons for which the signal of each call was aborted. */
export function abortsOf(
  url: string,
  calls: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return listsOf(url, calls, abortsKey);
}

async function listsOf(
  url: string,
  calls: readonly string[],
  keyOf: (call: string) => string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const redis = createClient({ url });
  await redis.connect();
  const lists = await Promise.all(
    calls.map(async (call) => [call, await redis.lRange(keyOf(call), 0, -1)] as const),
  );
  await redis.close();
  return new Map(lists);
}
