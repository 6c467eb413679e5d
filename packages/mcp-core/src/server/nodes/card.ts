import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import type { GivenKeys } from "../asking/seal.js";

/** What a node lets the others know of it. */
export function cardOf(keys: GivenKeys | undefined): JsonObject {
  return { keys: keys === undefined ? null : { seals: keys.seals, opens: [...keys.opens] } };
}

/**
 * Nodes can serve one client in turns if each opens what the other seals.
 * @throws Error when they could not
 */
export function checkAgreement(own: JsonObject, other: JsonObject, node: string): void {
  const [mine, theirs] = [keysIn(own["keys"]), keysIn(other["keys"])];
  if (mine === undefined && theirs === undefined) return;
  if (mine !== undefined && theirs !== undefined) {
    if (theirs.opens.includes(mine.seals) && mine.opens.includes(theirs.seals)) return;
  }
  throw new Error(
    `This node and node ${node}, which serves with the same state, could not open what the other seals: ` +
      `it seals with ${whichOf(theirs)}, this one with ${whichOf(mine)}. Give all nodes the same stateKeys (or ` +
      "TOWPATH_STATE_KEYS), or none; to change a key, first add the new one to all nodes in the second place",
  );
}

function keysIn(value: JsonValue | undefined): GivenKeys | undefined {
  // Only nodes of this server write cards.
  return isObject(value) ? (value as unknown as GivenKeys) : undefined;
}

function whichOf(keys: GivenKeys | undefined): string {
  return keys === undefined ? "a key in the state" : `key ${keys.seals}`;
}
