import { InvalidArgumentError, type AddOptions, type AddOutcome } from "@towpath/mcp-core/state";
import type { Redis } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";
import { ADD } from "./scripts.js";
import { ttlArgument } from "./ttl.js";

export async function addToCounter(
  redis: Redis,
  counter: string,
  by: number,
  { ttlMs, renew, max = Infinity }: AddOptions,
): Promise<AddOutcome> {
  const ttl = ttlArgument(ttlMs);
  if (!Number.isSafeInteger(by)) throw new InvalidArgumentError(`by must be an integer, not ${String(by)}.`);
  if (!(max >= 0)) throw new InvalidArgumentError(`max must be at least 0, not ${String(max)}.`);
  const most = Math.min(max, Number.MAX_SAFE_INTEGER);
  // Two integers, as the script gives them.
  const [accepted, value] = (await redis.run(
    ADD,
    [redis.key("counter", wellFormed("The name of a counter", counter))],
    [by, most, ttl, renew === true ? "1" : ""],
  )) as [number, number];
  return { accepted: accepted === 1, value };
}
