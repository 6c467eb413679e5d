import type { LogBounds } from "./logs.js";
import { positive } from "./values.js";

export type FilledLogBounds = { readonly [K in keyof LogBounds]-?: number };

/** What a log gets where `create` does not say: 10 minutes without an append, 10,000 entries, 16 MiB, any age. */
export const DEFAULT_LOG_BOUNDS: FilledLogBounds = {
  ttlMs: 600_000,
  maxEntries: 10_000,
  maxBytes: 16 * 2 ** 20,
  maxAgeMs: Infinity,
};

/**
 * The bounds of a log, where `given` does not say those of `defaults`. Throws `InvalidArgumentError` for one that is
 * not above 0.
 */
export function logBounds(given: LogBounds = {}, defaults = DEFAULT_LOG_BOUNDS): FilledLogBounds {
  return fill(defaults, given);
}

/** The defaults with what `given` says over them. Throws `InvalidArgumentError` for numbers not above 0. */
export function fill<T extends { readonly [K in keyof T]: number }>(
  defaults: T,
  given: { readonly [K in keyof T]?: number | undefined } = {},
): T {
  const filled = { ...defaults };
  for (const key in defaults) {
    const value: number | undefined = given[key];
    if (value !== undefined) Object.assign(filled, { [key]: positive(key, value) });
  }
  return filled;
}
