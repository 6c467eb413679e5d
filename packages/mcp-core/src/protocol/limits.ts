import { describe } from "../jsonrpc/guards.js";

/** The values that are given, and the defaults of those that are not, or are `undefined`. */
export function withDefaults<Values extends object>(defaults: Values, given: Partial<Values>): Values {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) };
}

/** @throws RangeError when a limit is not a positive integer or `Infinity` */
export function checkLimit(name: string, value: unknown): void {
  if (value !== Infinity && !(Number.isInteger(value) && Number(value) > 0)) {
    throw new RangeError(`${name} must be a positive integer or Infinity, not ${describe(value)}`);
  }
}
