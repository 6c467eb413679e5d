import type { State } from "@towpath/mcp-core/state";

/** Long enough for several round trips, also where all processors are busy with other tests. */
export const CONTRACT = { shortMs: 1500, timeoutMs: 18_000 };

/** Two nodes once they are connected, so that nothing expires in the meantime. */
export async function connected(state: State, peer: State): Promise<{ state: State; peer: State }> {
  await Promise.all([state.records.count(""), peer.records.count("")]);
  return { state, peer };
}
