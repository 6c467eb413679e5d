import { constants } from "node:buffer";

/** A limit of messages as `ws` takes it: never more than the longest string there can be, which each becomes. */
export function maxPayload(maxMessageBytes: number): number {
  return Math.min(maxMessageBytes, constants.MAX_STRING_LENGTH);
}
