import type { Readable, Writable } from "node:stream";
import type { ConnectionLimits, ServerTransport } from "@towpath/mcp-core/transport";
import { connectionLimits } from "@towpath/mcp-core/transport";
import { byteLimits, checkDuration, type ByteLimits } from "./limits.js";
import { StdioListener } from "./listener.js";
import { guardStdout } from "./stdout-guard.js";

/** How long requests in flight may go on after stdin ended. */
const GRACE_PERIOD_MS = 5000;

export interface StdioOptions extends ByteLimits {
  /** What may be under way at a time. Defaults: see `ConnectionLimits`. */
  readonly limits?: Partial<ConnectionLimits>;
  /**
   * How long what is in flight may go on when stdin has ended, in milliseconds; 500 at most when a drain that
   * names no time is asked for as well. What is aborted then has another 500 to clean up. Default: 5,000.
   */
  readonly gracePeriodMs?: number;
  /** Where messages come from. Default: `process.stdin`. A stream that is given is destroyed at the end. */
  readonly stdin?: Readable;
  /** Where messages go. Default: `process.stdout`. A stream that is given is ended at the end. */
  readonly stdout?: Writable;
}

/**
 * Serves one client on stdin and stdout (specification, Transports, stdio), or on any other pair of byte
 * streams, such as a socket given as both. While it runs on `process.stdout`, what anybody else writes
 * there goes to stderr. It is over when stdin ends, stdout breaks, or it was drained.
 *
 * @throws RangeError when a limit or a duration is out of range. `start` rejects when stdio is served already.
 */
export function stdio(options: StdioOptions = {}): ServerTransport {
  const { stdin, stdout, gracePeriodMs = GRACE_PERIOD_MS } = options;
  const limits = connectionLimits(options.limits);
  const bytes = byteLimits(options);
  checkDuration("gracePeriodMs", gracePeriodMs);
  return {
    name: "stdio",
    start: async (dispatcher) => {
      const ownsStdout = stdout === undefined || stdout === process.stdout;
      return new StdioListener({
        dispatcher,
        limits,
        gracePeriodMs,
        ...bytes,
        stdin: stdin ?? process.stdin,
        stdout: stdout ?? process.stdout,
        guard: ownsStdout ? guardStdout() : undefined,
      });
    },
  };
}
