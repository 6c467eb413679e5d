import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check } from "../run.js";

/** The value of a keyword that counts something. */
export function countOf(value: JsonValue, keyword: string, site: Site): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw site.invalid("expected a whole number, zero or more", keyword);
}

/** A keyword that bounds a count, such as `minItems`. */
export function countKeyword(name: string, compile: (limit: number) => Check): Keyword {
  return { name, compile: (value, site) => compile(countOf(value, name, site)) };
}
