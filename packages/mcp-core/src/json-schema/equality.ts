import type { JsonValue } from "../jsonrpc/messages.js";
import { isArray, isObject, type Members } from "./json.js";
import type { Run } from "./run.js";

/**
 * Whether a value equals one of the schema (Validation 2020-12, section 4.2.2: by value, not by type).
 * Recursion is bounded by the depth of the schema's side.
 */
export function equals(value: unknown, expected: JsonValue | undefined, run: Run): boolean {
  if (value === expected) return true;
  if (isArray(expected)) {
    if (!isArray(value) || value.length !== expected.length) return false;
    return expected.every((item, index) => equals(value[index], item, run));
  }
  if (!isObject(expected) || !isObject(value)) return false;
  const keys = Object.keys(expected);
  if (ownNames(value, run).length !== keys.length) return false;
  return keys.every((key) => Object.hasOwn(value, key) && equals(value[key], expected[key], run));
}

/** What `equals` costs at most, in steps. */
export function comparisonCost(expected: JsonValue | undefined): number {
  if (typeof expected === "string") return 1 + (expected.length >> 6);
  if (typeof expected !== "object" || expected === null) return 1;
  return Object.entries(expected).reduce(
    (sum, [key, member]) => sum + (key.length >> 6) + comparisonCost(member),
    1,
  );
}

// Reading a name of a large object takes several times as long as applying a simple subschema.
const NAME_STEPS = 4;

/** Member names; a member that is `undefined` is left out of JSON, so it counts as absent. */
export function ownNames(value: Members, run: Run): string[] {
  const keys = Object.keys(value);
  run.spend(keys.length * NAME_STEPS);
  for (const key of keys) {
    if (value[key] === undefined) return keys.filter((name) => value[name] !== undefined);
  }
  return keys;
}

/**
 * The indexes of the first two equal items, or `undefined`. One pass over hashes: comparing pairs would let
 * a long array cost the square of its length.
 */
export function findDuplicate(items: readonly unknown[], run: Run): [number, number] | undefined {
  run.spend(items.length);
  const seen = new Map<unknown, number>();
  for (const [index, item] of items.entries()) {
    const isNested = typeof item === "object" && item !== null;
    // The prefix keeps the text of an object apart from a string of the same characters.
    const key = isNested ? `\u0000${canonical(item, run, 1)}` : typeof item === "string" ? `"${item}` : item;
    const first = seen.get(key);
    if (first !== undefined) return [first, index];
    seen.set(key, index);
  }
  return undefined;
}

/** A text that is the same for equal values, whatever the order of their members. */
function canonical(value: unknown, run: Run, depth: number): string {
  run.checkDepth(depth);
  if (typeof value === "string") {
    run.spend(1 + (value.length >> 6));
    return JSON.stringify(value);
  }
  // `-0` and `0` are one number, and `String` writes both as "0".
  if (typeof value !== "object" || value === null) return String(value);
  if (isArray(value)) {
    run.spend(1 + value.length);
    return `[${value.map((item) => canonical(item, run, depth + 1)).join(",")}]`;
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  run.spend(1 + entries.length);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, run, depth + 1)}`).join(",")}}`;
}
