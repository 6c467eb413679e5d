import { isObject } from "../jsonrpc/guards.js";

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

/**
 * What is not plain JSON in a value, and where, as in `a Date at result.when`; `undefined` when all of it is.
 * @param path what the value is called
 */
export function lossIn(value: unknown, path: string, depth = MAX_DEPTH): string | undefined {
  const list = Array.isArray(value);
  if (!list && !(isObject(value) && isPlainObject(value)))
    return isPlainJson(value) ? undefined : `${named(value)} at ${path}`;
  if (depth === 0) return `something nested too deep at ${path}`;
  for (const [key, part] of list ? value.entries() : Object.entries(value)) {
    const step = list
      ? `[${String(key)}]`
      : /^[\w$]+$/.test(String(key))
        ? `.${key}`
        : `[${JSON.stringify(key)}]`;
    const loss = lossIn(part, path + step, depth - 1);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

function named(value: unknown): string {
  if (value === undefined || typeof value === "number") return String(value);
  if (typeof value === "bigint") return "a BigInt";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const { constructor }: { readonly constructor: unknown } = value;
  const type = typeof constructor === "function" ? constructor.name : "object of a class";
  return `${/^[AEIOo]/.test(type) ? "an" : "a"} ${type}`;
}

/**
 * @param owner whose handler returned it, as in `tool "add"`
 * @throws TypeError for what JSON cannot carry, or would make something else of
 */
export function jsonTextOf(returned: unknown, owner: string): string {
  // `JSON.stringify` answers undefined for functions and symbols, which its type does not say.
  const text = JSON.stringify(returned, isPlainJson(returned) ? undefined : refuseLost(owner)) as
    string | undefined;
  if (text === undefined)
    throw new TypeError(`The handler of ${owner} returned a ${typeof returned}, which is not JSON`);
  return text;
}

function refuseLost(owner: string) {
  return function (this: unknown, key: string, value: unknown): unknown {
    const why = lossOf(value, (this as Record<string, unknown>)[key]); // the object that has the key
    if (why === undefined) return value;
    const place = key === "" ? "" : ` as ${JSON.stringify(key)}`;
    throw new TypeError(`The handler of ${owner} returned ${why.what}${place}, ${why.problem}`);
  };
}

/** @param value what `original` says it is in JSON: a Node `Buffer`, for one, says it is a list of numbers */
function lossOf(value: unknown, original: unknown): { what: string; problem: string } | undefined {
  if (typeof value === "bigint")
    return { what: "a BigInt", problem: "which JSON cannot carry: return a number or a string" };
  if (typeof value !== "object" || value === null) return undefined;
  if (original instanceof ArrayBuffer || ArrayBuffer.isView(original))
    return {
      what: `bytes (${original.constructor.name})`,
      problem:
        "of which JSON makes a list of numbers: return base64 as the data of an image or audio content block, or as the blob of a resource",
    };
  const lost = LOST.find((type) => value instanceof type);
  return lost && { what: `a value of type ${lost.name}`, problem: "of which JSON keeps nothing" };
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
