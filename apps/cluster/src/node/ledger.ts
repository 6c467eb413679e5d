/** The list of the nodes that have begun with a call. */
export function runsKey(call: string): string {
  return `ledger:${call}`;
}
