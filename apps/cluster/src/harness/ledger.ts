import { createClient } from "@redis/client";
import { runsKey } from "../node/ledger.js";

/** The nodes that began with each call. */
export async function ledgerOf(
  url: string,
  calls: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const redis = createClient({ url });
  await redis.connect();
  const runs = await Promise.all(
    calls.map(async (call) => [call, await redis.lRange(runsKey(call), 0, -1)] as const),
  );
  await redis.close();
  return new Map(runs);
}
