import { canonicalJson } from "../../jsonrpc/canonical-json.js";
import type { Question } from "./questions.js";

const MAX_KEY = 256;
const DEFAULT_KEY = /^[a-z]+~[0-9a-z]+~\d+$/;

/** Whether a key was made here, and not chosen by an author. */
export function isDefaultKey(key: string): boolean {
  return DEFAULT_KEY.test(key);
}

/** Names the questions of one run: as their author says, or by what they ask and how often that was asked. */
export class KeyMaker {
  readonly #chosen = new Set<string>();
  readonly #occurrences = new Map<string, number>();

  /** @throws TypeError for a key that is none, or was used before in this run */
  keyFor({ kind, request }: Question<unknown>, chosen: string | undefined): string {
    if (chosen === undefined) return this.#default(kind, canonicalJson(request));
    if (typeof chosen !== "string" || chosen === "" || chosen.length > MAX_KEY)
      throw new TypeError(`A key must be a string of 1 to ${String(MAX_KEY)} characters`);
    if (this.#chosen.has(chosen))
      throw new TypeError(`Two questions of one run have the key ${JSON.stringify(chosen)}`);
    this.#chosen.add(chosen);
    return chosen;
  }

  #default(kind: string, text: string): string {
    const count = (this.#occurrences.get(text) ?? 0) + 1;
    this.#occurrences.set(text, count);
    return `${kind}~${hash(text)}~${String(count)}`;
  }
}

const FNV_PRIME = 0x01000193;

/** FNV-1a over two lanes: tells questions of one handler apart; protects nothing. */
function hash(text: string): string {
  let [left, right] = [0x811c9dc5, 0x050c5d1f];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    left = Math.imul(left ^ code, FNV_PRIME);
    right = Math.imul(right ^ ((code << 5) | (at & 31)), FNV_PRIME);
  }
  return ((left >>> 0).toString(36) + (right >>> 0).toString(36)).padStart(8, "0");
}
