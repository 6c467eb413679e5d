import type { Peer } from "../contract/index.js";

/** Who is at the other end, whichever link it is reached by. */
export function recipientOf({ id, session }: Peer): string {
  return session?.id ?? id;
}
