import { randomBytes } from "node:crypto";
import type { Redis, Script } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";
import { parseReply, type Reply } from "./replies.js";

/** Runs the scripts of logs on behalf of this node. */
export class LogStore {
  readonly redis: Redis;
  /** What happens to the logs that this node follows is published here. */
  readonly channel: string;

  constructor(redis: Redis) {
    this.redis = redis;
    this.channel = redis.channel("log-node", randomBytes(9).toString("base64url"));
  }

  /**
   * One round trip. Sent before this returns, so that calls keep their order. Throws `InvalidArgumentError` for a
   * name that is not well formed.
   */
  run(script: Script, log: string, args: readonly (string | number)[] = []): Promise<unknown> {
    const { redis } = this;
    wellFormed("The name of a log", log);
    const keys = [redis.key("log-meta", log), redis.key("log", log)];
    return redis.run(script, keys, [this.channel, redis.clustered ? 1 : 0, ...args]);
  }

  /**
   * As `run`, and gives what `take` makes of the reply; rejects with the error that the script tells of. Replies are
   * taken in the order in which Redis gave them, which promises awaited at different depths would not keep.
   */
  ask<T>(
    script: Script,
    log: string,
    args: readonly (string | number)[],
    take: (reply: Reply) => T,
  ): Promise<T> {
    return this.run(script, log, args).then((raw) => take(parseReply(log, raw)));
  }
}
