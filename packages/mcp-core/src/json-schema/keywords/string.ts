import type { JsonValue } from "../../jsonrpc/messages.js";
import { plural, show } from "../describe.js";
import { quote } from "../errors.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check, Run } from "../run.js";
import { countKeyword } from "./limit.js";

/** Keywords for strings (Validation 2020-12, section 6.3). */
export const STRING: readonly Keyword[] = [
  countKeyword("minLength", (limit) => length(limit, "at least", (count) => count >= limit)),
  countKeyword("maxLength", (limit) => length(limit, "at most", (count) => count <= limit)),
  { name: "pattern", compile: compilePattern },
];

function length(limit: number, words: string, isWithin: (count: number) => boolean): Check {
  const expected = `expected ${words} ${plural(limit, "character")}`;
  const describe = (value: unknown): string => `${expected}, got ${codePoints(String(value))}`;
  return (value, run) => {
    if (typeof value !== "string") return true;
    const units = value.length;
    // Characters are code points, of one or two units each; most strings need no count.
    if (isWithin(units) === isWithin((units + 1) >> 1)) return isWithin(units) || run.fail(describe, value);
    run.spend(units >> 6);
    return isWithin(codePoints(value)) || run.fail(describe, value);
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; count += 1)
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

function compilePattern(source: JsonValue, site: Site): Check {
  if (typeof source !== "string") throw site.invalid("expected a regular expression", "pattern");
  const pattern = site.pattern(source, "pattern");
  const describe = (value: unknown): string =>
    `expected a string that matches ${quote(source)}, got ${show(value)}`;
  return (value, run: Run) => {
    if (typeof value !== "string") return true;
    run.spend(1 + (value.length >> 6));
    return pattern.test(value) || run.fail(describe, value);
  };
}
