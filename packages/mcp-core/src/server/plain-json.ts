/** Deeper values are taken for not plain, which costs them a second look and no more. */
const MAX_DEPTH = 64;

/** Of these JSON keeps nothing, or nothing that matters. */
const LOST = [Map, Set, Error, Promise] as const;

/** Whether JSON carries a value exactly as it is: no dates, class instances, `undefined`s, `NaN`s. */
export function isPlainJson(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (depth === 0 || !(Array.isArray(value) || isPlainObject(value))) return false;
  // Going through an array itself shows its holes as well, of which JSON makes null.
  const parts: Iterable<unknown> = Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) if (!isPlainJson(part, depth - 1)) return false;
  return true;
}

/** @throws TypeError for what JSON cannot carry, or would make an empty object of */
export function jsonTextOf(returned: unknown): string {
  // `JSON.stringify` answers undefined for functions and symbols, which its type does not say.
  const text = JSON.stringify(returned, isPlainJson(returned) ? undefined : refuseLost) as string | undefined;
  if (text === undefined) throw new TypeError(`A handler returned a ${typeof returned}, which is not JSON`);
  return text;
}

function refuseLost(key: string, value: unknown): unknown {
  const lost = LOST.find((type) => value instanceof type);
  if (lost === undefined) return value;
  const place = key === "" ? "" : ` as ${JSON.stringify(key)}`;
  throw new TypeError(`A handler returned a value of type ${lost.name}${place}, of which JSON keeps nothing`);
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
