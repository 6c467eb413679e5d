import { systemClock, type Clock } from "../../protocol/clock.js";
import { LimitError, StateClosedError } from "../errors.js";
import { fill, logBounds, type FilledLogBounds } from "../log-bounds.js";
import type { LogBounds } from "../logs.js";
import { Expiry } from "./expiry.js";

/** Bounds of a state in memory; what would exceed one is refused with `LimitError`. */
export interface MemoryLimits {
  /** Records at a time; default 100,000. */
  readonly maxRecords: number;
  /** Bytes of all records: JSON, ids and index names; default 64 MiB. */
  readonly maxRecordBytes: number;
  /** Counters at a time; default 100,000. */
  readonly maxCounters: number;
  /** Logs at a time; default 100,000. */
  readonly maxLogs: number;
  /** Bytes of all logs: 1,024 for each, and 96 for each entry besides its text; default 128 MiB. */
  readonly maxLogBytes: number;
  /** Open log readers; default 100,000. */
  readonly maxReaders: number;
  /** Subscriptions and services on the bus; default 100,000. */
  readonly maxSubscriptions: number;
  /** Bus requests waiting for their answer; default 10,000. */
  readonly maxRequests: number;
}

const LIMITS: MemoryLimits = {
  maxRecords: 100_000,
  maxRecordBytes: 64 * 2 ** 20,
  maxCounters: 100_000,
  maxLogs: 100_000,
  maxLogBytes: 128 * 2 ** 20,
  maxReaders: 100_000,
  maxSubscriptions: 100_000,
  maxRequests: 10_000,
};

export interface HostOptions extends Partial<MemoryLimits> {
  /** Default: `systemClock`. */
  readonly clock?: Clock | undefined;
  /** Defaults for logs: 10 minutes to live, 10,000 entries, 16 MiB, any age. */
  readonly log?: LogBounds | undefined;
}

/** What the parts of one memory state share. */
export class Host {
  readonly clock: Clock;
  readonly expiry: Expiry;
  readonly #limits: MemoryLimits;
  readonly log: FilledLogBounds;
  closed = false;

  constructor(options: HostOptions) {
    this.clock = options.clock ?? systemClock;
    this.expiry = new Expiry(this.clock);
    this.#limits = fill(LIMITS, options);
    this.log = logBounds(options.log);
  }

  /** At the head of every operation: throws `StateClosedError`, drops what has expired, gives the time. */
  enter(): number {
    if (this.closed) throw new StateClosedError();
    return this.expiry.sweep();
  }

  /** Throws `LimitError` if `total` is more than the limit allows. */
  check(limit: keyof MemoryLimits, total: number): void {
    const max = this.#limits[limit];
    if (total > max) throw new LimitError(limit, max);
  }
}
