import type { JsonValue } from "../../jsonrpc/messages.js";
import { names, plural } from "../describe.js";
import { ownNames } from "../equality.js";
import { quote } from "../errors.js";
import { isArray, isObject, type Members } from "../json.js";
import type { Keyword, Pattern, Site } from "../keyword.js";
import type { Check, Run } from "../run.js";
import { countKeyword } from "./limit.js";

/** Keywords for objects that all dialects share (Core 2020-12, section 10.3.2; Validation, section 6.5). */
export const OBJECT_COMMON: readonly Keyword[] = [
  countKeyword("minProperties", (limit) =>
    size(`expected at least ${plural(limit, "property")}`, (count) => count >= limit),
  ),
  countKeyword("maxProperties", (limit) =>
    size(`expected at most ${plural(limit, "property")}`, (count) => count <= limit),
  ),
  { name: "required", compile: (value, site) => requiring(namesOf(value, site, "required")) },
  { name: "properties", holds: "map", compile: compileProperties },
  { name: "patternProperties", holds: "map", compile: compilePatternProperties },
  { name: "additionalProperties", holds: "schema", compile: compileAdditionalProperties },
  { name: "propertyNames", holds: "schema", compile: compilePropertyNames },
];

/** Validation 2020-12, section 6.5.4; Core 2020-12, section 10.2.2.4. */
export const DEPENDENT_2020_12: readonly Keyword[] = [
  {
    name: "dependentRequired",
    compile: (value, site) => compileDependencies("dependentRequired", value, site),
  },
  {
    name: "dependentSchemas",
    holds: "map",
    compile: (value, site) => compileDependencies("dependentSchemas", value, site),
  },
];

/** Draft-07 Validation, section 6.5.7. */
export const DEPENDENCIES_DRAFT_07: readonly Keyword[] = [
  {
    name: "dependencies",
    holds: "map-or-names",
    compile: (value, site) => compileDependencies("dependencies", value, site),
  },
];

interface Property {
  readonly name: string;
  /** Objects inherit a member of this name, so that reading it does not tell whether it is there. */
  readonly isInherited: boolean;
}

function property(name: string): Property {
  return { name, isInherited: name in Object.prototype };
}

/** `undefined` where the member is absent. */
function read(object: Members, { name, isInherited }: Property): unknown {
  return isInherited && !Object.hasOwn(object, name) ? undefined : object[name];
}

function size(expected: string, isWithin: (count: number) => boolean): Check {
  return (value, run) => {
    if (!isObject(value)) return true;
    const count = ownNames(value, run).length;
    return isWithin(count) || run.fail(() => `${expected}, got ${count}`, value);
  };
}

function namesOf(value: JsonValue | undefined, site: Site, ...place: string[]): string[] {
  const list = isArray(value) ? value : [null];
  const strings = list.filter((name) => typeof name === "string");
  if (strings.length !== list.length) throw site.invalid("expected an array of property names", ...place);
  return strings;
}

function requiring(required: readonly string[], because = ""): Check {
  const properties = required.map(property);
  const missing: Check = (_, run) => run.fail(() => `missing, but required${because}`, undefined);
  return (value, run) => {
    if (!isObject(value)) return true;
    run.spend(properties.length);
    let valid = true;
    for (const wanted of properties) {
      if (read(value, wanted) !== undefined) continue;
      valid = run.child(wanted.name, missing, undefined);
      if (!run.goesOn) return false;
    }
    return valid;
  };
}

function compileProperties(value: JsonValue, site: Site): Check {
  const properties = keysOf(value).map((name) => ({
    ...property(name),
    check: site.child("properties", name),
  }));
  return (given, run) => {
    if (!isObject(given)) return true;
    run.spend(properties.length);
    let valid = true;
    for (const known of properties) {
      const member = read(given, known);
      if (member === undefined) continue;
      run.evaluated?.addProperty(known.name);
      if (run.child(known.name, known.check, member)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function compilePatternProperties(value: JsonValue, site: Site): Check {
  const rules = keysOf(value).map((source) => ({
    pattern: site.pattern(source, "patternProperties", source),
    check: site.child("patternProperties", source),
  }));
  return (given, run) => {
    if (!isObject(given)) return true;
    let valid = true;
    for (const name of ownNames(given, run)) {
      for (const { pattern, check } of rules) {
        if (!matches(pattern, name, run)) continue;
        run.evaluated?.addProperty(name);
        if (run.child(name, check, given[name])) continue;
        if (!run.goesOn) return false;
        valid = false;
      }
    }
    return valid;
  };
}

function compileAdditionalProperties(schema: JsonValue, site: Site): Check {
  const known = new Set(keysOf(site.schema["properties"]));
  const patterns = keysOf(site.schema["patternProperties"]).map((source) =>
    site.pattern(source, "patternProperties", source),
  );
  const check = schema === false ? unknownProperty([...known]) : site.child("additionalProperties");
  return (given, run) => {
    if (!isObject(given)) return true;
    const present = ownNames(given, run);
    let valid = true;
    for (const name of present) {
      if (known.has(name) || patterns.some((pattern) => matches(pattern, name, run))) continue;
      run.evaluated?.addProperty(name);
      if (run.child(name, check, given[name])) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function unknownProperty(known: readonly string[]): Check {
  return (value, run) => run.fail(() => `unknown property; known: ${names(known)}`, value);
}

function matches(pattern: Pattern, name: string, run: Run): boolean {
  run.spend(1 + (name.length >> 6));
  return pattern.test(name);
}

function compilePropertyNames(_: JsonValue, site: Site): Check {
  const check = site.child("propertyNames");
  const named: Check = (name, run) =>
    run.probeChild(check, name) ||
    run.fail(() => `the name ${quote(String(name))} does not fit: ${run.explain(check, name)}`, name);
  return (given, run) => {
    if (!isObject(given)) return true;
    const present = ownNames(given, run);
    let valid = true;
    for (const name of present) {
      if (run.child(name, named, name)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

/** Properties that, when they are there, ask for others or for a schema that the object must fit. */
function compileDependencies(keyword: string, value: JsonValue, site: Site): Check {
  if (!isObject(value)) throw site.invalid("expected an object", keyword);
  const rules = Object.entries(value).map(([name, member]) => ({
    ...property(name),
    check:
      keyword === "dependentRequired" || isArray(member)
        ? requiring(namesOf(member, site, keyword, name), ` beside ${quote(name)}`)
        : site.child(keyword, name),
  }));
  return (given, run) => {
    if (!isObject(given)) return true;
    run.spend(rules.length);
    let valid = true;
    for (const rule of rules) {
      if (read(given, rule) === undefined || rule.check(given, run)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function keysOf(value: JsonValue | undefined): string[] {
  return isObject(value) ? Object.keys(value) : [];
}
