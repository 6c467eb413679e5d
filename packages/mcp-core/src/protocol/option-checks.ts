import { describe, isObject } from "../jsonrpc/guards.js";

/** @throws TypeError for what is no object, or has a name that `known` has not */
export function checkNames(where: string, given: unknown, known: object): void {
  if (!isObject(given)) throw new TypeError(`${where} must be an object, not ${describe(given)}`);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const names = Object.keys(known).join(", ");
  throw new TypeError(`There is no ${describe(unknown)} in ${where}, but ${names}`);
}

/** @throws TypeError */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean")
    throw new TypeError(`${name} must be true or false, not ${describe(value)}`);
}

/** @throws TypeError for what is there, and no function */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function")
    throw new TypeError(`${name} must be a function, not ${describe(value)}`);
}

/** @throws RangeError */
export function checkDuration(name: string, value: unknown): void {
  if (!(typeof value === "number" && value > 0))
    throw new RangeError(`${name} must be more than 0, not ${describe(value)}`);
}

/** @throws RangeError for what is no integer, or not between 0 and `most` */
export function checkAtLeast0(name: string, value: unknown, most: number): void {
  if (!(typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most))
    throw new RangeError(`${name} must be an integer from 0 to ${String(most)}, not ${describe(value)}`);
}

/** @throws TypeError for what is no path, or could never be that of a request */
export function checkPath(name: string, value: unknown): void {
  if (value === false) return;
  if (typeof value !== "string" || !/^\/[^?#\s]*$/.test(value))
    throw new TypeError(`${name} must be a path that begins with a slash, not ${describe(value)}`);
  const { pathname } = new URL(`http://localhost${value}`);
  if (pathname === value) return;
  throw new TypeError(
    `${name} is compared as it is sent, percent-encoded: it must be ${describe(pathname)}, not ${describe(value)}`,
  );
}
