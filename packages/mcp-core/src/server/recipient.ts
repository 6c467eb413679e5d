import type { Peer } from "../contract/index.js";

const ids = new WeakMap<Peer, string>();

/**
 * Who is at the other end, whichever link it is reached by; of all peers on all nodes no other, though each process may
 * number its own alike.
 */
export function recipientOf(peer: Peer): string {
  if (peer.session !== undefined) return peer.session.id;
  const known = ids.get(peer);
  if (known !== undefined) return known;
  const id = crypto.randomUUID();
  ids.set(peer, id);
  return id;
}
