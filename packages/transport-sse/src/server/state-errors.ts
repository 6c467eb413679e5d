import { LimitError } from "@towpath/mcp-core";
import { BusyError } from "@towpath/mcp-core/transport";

/** A state that is full is no failure of the server's: its client is to come later. Gives anything else as it is. */
export function busyIfFull(error: unknown): unknown {
  if (!(error instanceof LimitError)) return error;
  return new BusyError(`There is no room for what nodes share: ${error.message}`);
}
