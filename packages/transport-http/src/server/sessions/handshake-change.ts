import type { Handshake } from "@towpath/mcp-core";

/** The same change, made to what is stored: another node may have changed something else since. */
export function withChange(stored: Handshake, before: Handshake, after: Handshake): Handshake {
  const { subscriptions: had = [] } = before;
  const { subscriptions: has = [] } = after;
  const ended = new Set(had.filter((uri) => !has.includes(uri)));
  const begun = has.filter((uri) => !had.includes(uri));
  const kept = (stored.subscriptions ?? []).filter((uri) => !ended.has(uri));
  const subscriptions = [...new Set([...kept, ...begun])];
  return {
    ...stored,
    ...(after.logLevel !== undefined && after.logLevel !== before.logLevel && { logLevel: after.logLevel }),
    ...((stored.subscriptions !== undefined || subscriptions.length > 0) && { subscriptions }),
  };
}
