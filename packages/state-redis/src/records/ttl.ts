import { positive } from "@towpath/mcp-core/state";

// Redis computes the end of it in 64 bits, and whoever gives more means no end.
const LONGEST_MS = 1e15;

/** A time to live as scripts take it. Throws `InvalidArgumentError` for one that is not above 0. */
export function ttlArgument(ttlMs: number): string {
  return positive("ttlMs", ttlMs) > LONGEST_MS ? "inf" : String(Math.ceil(ttlMs));
}
