import type { Bus } from "./bus.js";
import type { Logs } from "./logs.js";
import type { Records } from "./records.js";

/**
 * What a server keeps outside a single request: sessions, resumable streams, tasks, and the messages
 * between its nodes. Ids, index names, counter names, log names and topics are arbitrary strings; the
 * four stores and the bus share none of them. They, and the entries of logs, are well-formed strings, without
 * halves of surrogate pairs: an implementation may refuse others with `InvalidArgumentError`.
 */
export interface State {
  readonly records: Records;
  readonly logs: Logs;
  readonly bus: Bus;

  /** Whether the storage could be reached when that was last tried: calls made while it is `false` reject soon. */
  readonly available: boolean;

  /**
   * Ends this node's readers and pending requests with `StateClosedError`, ends its subscriptions and
   * frees what it holds; later calls reject. Other nodes on the same storage go on. Safe to call again.
   */
  close(): Promise<void>;
}

export type * from "./bus.js";
export type * from "./logs.js";
export type * from "./records.js";
