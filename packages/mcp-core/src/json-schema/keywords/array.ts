import type { JsonValue } from "../../jsonrpc/messages.js";
import { plural } from "../describe.js";
import { findDuplicate } from "../equality.js";
import { isArray } from "../json.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check } from "../run.js";
import { countKeyword, countOf } from "./limit.js";

/** Keywords for arrays that all dialects share (Validation 2020-12, section 6.4). */
export const ARRAY_COMMON: readonly Keyword[] = [
  countKeyword("minItems", (limit) =>
    size(`expected at least ${plural(limit, "item")}`, (count) => count >= limit),
  ),
  countKeyword("maxItems", (limit) =>
    size(`expected at most ${plural(limit, "item")}`, (count) => count <= limit),
  ),
  { name: "uniqueItems", compile: compileUniqueItems },
];

/** Core 2020-12, section 10.3.1; Validation 2020-12, sections 6.4.4 and 6.4.5. */
export const ARRAY_2020_12: readonly Keyword[] = [
  { name: "prefixItems", holds: "list", compile: (value, site) => tuple("prefixItems", value, site) },
  {
    name: "items",
    holds: "schema",
    compile: (value, site) => rest(lengthOf(site.schema["prefixItems"]), value, site.child("items")),
  },
  { name: "contains", holds: "schema", compile: compileContains },
];

/** Draft-07 Validation, section 6.4. */
export const ARRAY_DRAFT_07: readonly Keyword[] = [
  {
    name: "items",
    holds: "schema-or-list",
    compile: (value, site) =>
      isArray(value) ? tuple("items", value, site) : rest(0, value, site.child("items")),
  },
  {
    name: "additionalItems",
    holds: "schema",
    compile: (value, site) =>
      isArray(site.schema["items"])
        ? rest(lengthOf(site.schema["items"]), value, site.child("additionalItems"))
        : undefined,
  },
  { name: "contains", holds: "schema", compile: (_, site) => contains(site.child("contains"), 1, Infinity) },
];

function size(expected: string, isWithin: (count: number) => boolean): Check {
  const describe = (value: unknown): string => `${expected}, got ${lengthOf(value)}`;
  return (value, run) => !isArray(value) || isWithin(value.length) || run.fail(describe, value);
}

function lengthOf(value: unknown): number {
  return isArray(value) ? value.length : 0;
}

function compileUniqueItems(value: JsonValue, site: Site): Check | undefined {
  if (typeof value !== "boolean") throw site.invalid("expected true or false", "uniqueItems");
  if (!value) return undefined;
  return (items, run) => {
    const pair = isArray(items) ? findDuplicate(items, run) : undefined;
    return (
      pair === undefined ||
      run.fail(() => `expected no two equal items, but ${pair.join(" and ")} are`, items)
    );
  };
}

function tuple(keyword: string, value: JsonValue, site: Site): Check {
  const checks = Array.from({ length: lengthOf(value) }, (_, index) => site.child(keyword, index));
  return (items, run) => {
    if (!isArray(items)) return true;
    const end = Math.min(items.length, checks.length);
    run.spend(end);
    run.evaluated?.addItemsBelow(end);
    let valid = true;
    for (const [index, check] of checks.slice(0, end).entries()) {
      if (run.child(index, check, items[index])) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function rest(start: number, schema: JsonValue, check: Check): Check {
  const describe = (value: unknown): string =>
    `expected at most ${plural(start, "item")}, got ${lengthOf(value)}`;
  return (items, run) => {
    if (!isArray(items) || items.length <= start) return true;
    if (schema === false) return run.fail(describe, items);
    run.spend(items.length - start);
    run.evaluated?.addEveryItem();
    let valid = true;
    for (let index = start; index < items.length; index += 1) {
      if (run.child(index, check, items[index])) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function compileContains(_: JsonValue, site: Site): Check {
  const { minContains = 1, maxContains } = site.schema;
  const most = maxContains === undefined ? Infinity : countOf(maxContains, "maxContains", site);
  return contains(site.child("contains"), countOf(minContains, "minContains", site), most);
}

function contains(check: Check, least: number, most: number): Check {
  const range = most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return (items, run) => {
    if (!isArray(items)) return true;
    run.spend(items.length);
    let count = 0;
    for (const [index, item] of items.entries()) {
      if (!run.probeChild(check, item)) continue;
      count += 1;
      run.evaluated?.addItem(index);
    }
    if (count >= least && count <= most) return true;
    return run.fail(() => `expected ${range} of the items to fit "contains", but ${count} do`, items);
  };
}
