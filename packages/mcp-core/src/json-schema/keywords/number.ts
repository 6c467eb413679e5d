import type { JsonValue } from "../../jsonrpc/messages.js";
import { isMultipleOf } from "../decimal.js";
import { show } from "../describe.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check } from "../run.js";

/** Keywords for numbers (Validation 2020-12, section 6.2). */
export const NUMBER: readonly Keyword[] = [
  bound("minimum", "at least", (value, limit) => value >= limit),
  bound("maximum", "at most", (value, limit) => value <= limit),
  bound("exclusiveMinimum", "more than", (value, limit) => value > limit),
  bound("exclusiveMaximum", "less than", (value, limit) => value < limit),
  { name: "multipleOf", compile: compileMultipleOf },
];

function bound(name: string, words: string, isWithin: (value: number, limit: number) => boolean): Keyword {
  const compile = (limit: JsonValue, site: Site): Check => {
    if (typeof limit !== "number") throw site.invalid("expected a number", name);
    const describe = (value: unknown): string => `expected ${words} ${limit}, got ${show(value)}`;
    return (value, run) => typeof value !== "number" || isWithin(value, limit) || run.fail(describe, value);
  };
  return { name, compile };
}

// Other numbers than safe integers are divided as decimals, of up to 650 digits.
const DECIMAL_STEPS = 100;

function compileMultipleOf(divisor: JsonValue, site: Site): Check {
  if (typeof divisor !== "number" || divisor <= 0)
    throw site.invalid("expected a number above zero", "multipleOf");
  const isWhole = Number.isSafeInteger(divisor);
  const describe = (value: unknown): string => `expected a multiple of ${divisor}, got ${show(value)}`;
  return (value, run) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return true;
    run.spend(isWhole && Number.isSafeInteger(value) ? 1 : DECIMAL_STEPS);
    return isMultipleOf(value, divisor) || run.fail(describe, value);
  };
}
