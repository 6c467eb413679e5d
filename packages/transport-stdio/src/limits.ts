import { constants } from "node:buffer";
import { checkLimit } from "@towpath/mcp-core/transport";

/** 64 MiB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** 16 MiB. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

/** What both ends of a pipe bound. */
export interface ByteLimits {
  /**
   * Bytes of one incoming message; a longer one is skipped. Default: 64 MiB. Never more than the longest
   * string there can be, about 512 MiB.
   */
  readonly maxMessageBytes?: number;
  /**
   * Bytes waiting to be written, from which on a send settles only when the peer has read some. Default:
   * 16 MiB.
   */
  readonly maxQueuedBytes?: number;
}

/** @throws RangeError when a limit is not a positive integer or `Infinity` */
export function byteLimits(given: ByteLimits): Required<ByteLimits> {
  const { maxMessageBytes = MAX_MESSAGE_BYTES, maxQueuedBytes = MAX_QUEUED_BYTES } = given;
  checkLimit("maxMessageBytes", maxMessageBytes);
  checkLimit("maxQueuedBytes", maxQueuedBytes);
  return { maxMessageBytes: Math.min(maxMessageBytes, constants.MAX_STRING_LENGTH), maxQueuedBytes };
}

/** @throws RangeError when a duration is not a number of milliseconds from 0 on */
export function checkDuration(name: string, ms: number): number {
  if (ms >= 0) return ms;
  throw new RangeError(`${name} must be a number of milliseconds, 0 or more, not ${String(ms)}`);
}
