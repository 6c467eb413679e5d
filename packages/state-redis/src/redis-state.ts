import type { State } from "@towpath/mcp-core/state";
import { RedisBus } from "./bus/bus.js";
import { ConnectedRedis } from "./connection/connected-redis.js";
import { sourceOf } from "./location.js";
import { RedisLogs } from "./logs/logs.js";
import { LOG_SCRIPTS } from "./logs/scripts.js";
import {
  filledLimits,
  filledTimes,
  reportError,
  type RedisLocation,
  type RedisStateOptions,
} from "./options.js";
import { RedisRecords } from "./records/records.js";
import { RECORD_SCRIPTS } from "./records/scripts.js";

/**
 * State on Redis, shared by all nodes that are given the same one:
 *
 * ```ts
 * const server = new McpServer("x", { state: redisState(process.env.REDIS_URL) });
 * ```
 *
 * Takes a URL, `{ cluster }`, `{ sentinel }`, or a client of node-redis, whose options are taken over; that client
 * stays its owner's to open and to close. Connects at once, in the background, twice: once for commands and once to
 * subscribe. Calls made until the first attempt is decided wait for it; after that a call made while Redis is away
 * rejects at once with `StateUnavailableError`, and connections are opened again by themselves.
 *
 * An open state keeps the process alive, until `close()`. Throws `TypeError` for a location that is missing or
 * cannot be read, and `InvalidArgumentError` for a limit that is not above 0.
 */
export function redisState(location: RedisLocation | undefined, options: RedisStateOptions = {}): State {
  const limits = filledLimits(options);
  const times = filledTimes(options);
  const onError = options.onError ?? reportError;
  const redis = new ConnectedRedis(sourceOf(location, options, times), {
    ...times,
    prefix: options.prefix ?? "towpath",
    onOutage: (error) => onError(error),
    scripts: [...RECORD_SCRIPTS, ...LOG_SCRIPTS],
  });
  const records = new RedisRecords(redis, limits);
  const logs = new RedisLogs(redis, { ...limits, log: options.log });
  const bus = new RedisBus(redis, { ...limits, onError });
  return {
    records,
    logs,
    bus,
    get available() {
      return redis.available;
    },
    async close() {
      bus.close();
      // Sends at once what there is to say; closing the connections sees to it that nothing waits longer for it.
      const ended = logs.shutDown();
      await redis.close();
      await ended;
    },
  };
}
