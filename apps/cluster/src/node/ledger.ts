/** Keeps account of what handlers did, where no death of a node can take it away. */
export interface Ledger {
  /** A handler has begun with a call. */
  begun(call: string): Promise<void>;
  /** The signal of a call was aborted. */
  aborted(call: string, reason: string): Promise<void>;
}

/** The list of the nodes that have begun with a call. */
export function runsKey(call: string): string {
  return `ledger:${call}`;
}

/** The list of the reasons for which the signal of a call was aborted. */
export function abortsKey(call: string): string {
  return `ledger:aborts:${call}`;
}
