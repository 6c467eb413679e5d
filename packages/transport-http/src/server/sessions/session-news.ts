import type { Handshake, JsonObject } from "@towpath/mcp-core";
import type { ReadSession } from "./session-records.js";

/** What the nodes that serve a session tell each other of it. */
export type SessionNews =
  | { readonly kind: "ended"; readonly session: string }
  | { readonly kind: "changed"; readonly session: string; readonly stored?: Changed }
  | { readonly kind: "listening"; readonly session: string }
  | { readonly kind: "cancelled"; readonly session: string; readonly params: JsonObject };

/** What is stored of a session since it changed. */
export type Changed = Pick<ReadSession, "handshake" | "version">;

/** Characters of a handshake that go with the news; who hears of a longer one reads it. */
const MAX_TOLD = 16_384;

/** The news that a session has changed, with what it now is if that is not too much. */
export function changeOf(session: string, { handshake, version }: Changed): SessionNews {
  return isShort(handshake)
    ? { kind: "changed", session, stored: { handshake, version } }
    : { kind: "changed", session };
}

function isShort(handshake: Handshake): boolean {
  return JSON.stringify(handshake).length < MAX_TOLD;
}
