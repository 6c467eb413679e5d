import type { JsonValue } from "@towpath/mcp-core";

const MAX_SHOWN = 200;

type Comparable = JsonValue | undefined;

/** Where two values differ, one line for each place; none when they are equal. */
export function differences(expected: Comparable, observed: Comparable, place = ""): readonly string[] {
  if (isContainer(expected) && isContainer(observed) && Array.isArray(expected) === Array.isArray(observed)) {
    const [left, right] = [entriesOf(expected), entriesOf(observed)];
    const keys = new Set([...left.keys(), ...right.keys()]);
    return [...keys].flatMap((key) => differences(left.get(key), right.get(key), join(place, key)));
  }
  if (expected === observed) return [];
  return [`${place === "" ? "" : `${place}: `}expected ${show(expected)}, got ${show(observed)}`];
}

function isContainer(
  value: Comparable,
): value is Exclude<Comparable, string | number | boolean | null | undefined> {
  return typeof value === "object" && value !== null;
}

function entriesOf(value: object): ReadonlyMap<string, Comparable> {
  // What is compared is JSON, and so are its members.
  return new Map(Object.entries(value) as [string, Comparable][]);
}

function join(place: string, key: string): string {
  return place === "" ? key : `${place}.${key}`;
}

function show(value: Comparable): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
