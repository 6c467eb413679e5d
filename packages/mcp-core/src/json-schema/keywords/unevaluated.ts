import type { JsonObject } from "../../jsonrpc/messages.js";
import { ownNames } from "../equality.js";
import { Evaluated } from "../evaluated.js";
import { isArray, isObject } from "../json.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check } from "../run.js";

/** Core 2020-12, section 11. They read what all keywords beside them have evaluated, so they come last. */
export const UNEVALUATED: readonly Keyword[] = [
  {
    name: "unevaluatedItems",
    holds: "schema",
    compile: (value, site) => compileItems(value === false, site),
  },
  {
    name: "unevaluatedProperties",
    holds: "schema",
    compile: (value, site) => compileProperties(value === false, site),
  },
];

export function readsAnnotations(schema: JsonObject): boolean {
  return UNEVALUATED.some(({ name }) => schema[name] !== undefined);
}

/** Gives a subschema annotations of its own, since it must not see those of the schemas around it. */
export function withOwnAnnotations(check: Check): Check {
  return (value, run) => {
    const outer = run.evaluated;
    const own = new Evaluated();
    run.evaluated = own;
    const valid = check(value, run);
    run.evaluated = outer;
    if (valid && outer) {
      run.spend(own.size);
      outer.merge(own);
    }
    return valid;
  };
}

const forbidden =
  (what: string): Check =>
  (value, run) =>
    run.fail(() => `unexpected ${what}: no part of the schema allows it`, value);

function compileItems(isForbidden: boolean, site: Site): Check {
  const check = isForbidden ? forbidden("item") : site.child("unevaluatedItems");
  return (items, run) => {
    if (!isArray(items)) return true;
    run.spend(items.length);
    let valid = true;
    for (const [index, item] of items.entries()) {
      if (run.evaluated?.hasItem(index) || run.child(index, check, item)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    run.evaluated?.addEveryItem();
    return valid;
  };
}

function compileProperties(isForbidden: boolean, site: Site): Check {
  const check = isForbidden ? forbidden("property") : site.child("unevaluatedProperties");
  return (given, run) => {
    if (!isObject(given)) return true;
    const present = ownNames(given, run);
    let valid = true;
    for (const name of present) {
      if (run.evaluated?.hasProperty(name) || run.child(name, check, given[name])) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    run.evaluated?.addEveryProperty();
    return valid;
  };
}
