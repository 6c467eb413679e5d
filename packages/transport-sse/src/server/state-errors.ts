import { BusyError, isObject } from "@towpath/mcp-core/transport";

/** What sort of error of a state this is; another copy of core may have made it. */
export function codeOf(error: unknown): unknown {
  return isObject(error) ? error["code"] : undefined;
}

/** A state that is full is no failure of the server's: its client is to come later. Gives anything else as it is. */
export function busyIfFull(error: unknown): unknown {
  if (codeOf(error) !== "limit-exceeded" || !(error instanceof Error)) return error;
  return new BusyError(`There is no room for what nodes share: ${error.message}`);
}
