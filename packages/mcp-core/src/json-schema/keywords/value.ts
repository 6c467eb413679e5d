import type { JsonValue } from "../../jsonrpc/messages.js";
import { expectedTypes, show, showOptions, typeOf, type TypeName } from "../describe.js";
import { comparisonCost, equals } from "../equality.js";
import { isArray, isObject } from "../json.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check } from "../run.js";

const IS_TYPE: Record<TypeName, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: (value) => isArray(value),
  object: (value) => isObject(value),
};

/** Keywords for values of any type (Validation 2020-12, section 6.1). */
export const VALUE: readonly Keyword[] = [
  { name: "type", compile: compileType },
  { name: "const", compile: (value) => compileOptions([value], `expected ${showOptions([value])}`) },
  { name: "enum", compile: compileEnum },
];

function compileType(value: JsonValue, site: Site): Check {
  const list = isArray(value) ? value : [value];
  const types = list.filter(isTypeName);
  if (types.length === 0 || types.length !== list.length) {
    throw site.invalid(`expected ${Object.keys(IS_TYPE).join(", ")}, or an array of these`, "type");
  }
  const describe = (given: unknown): string =>
    `expected ${expectedTypes(types)}, got ${describeType(given, types)}`;
  const [only] = types;
  if (only !== undefined && types.length === 1) {
    const isType = IS_TYPE[only];
    return (given, run) => isType(given) || run.fail(describe, given);
  }
  const tests = types.map((type) => IS_TYPE[type]);
  return (given, run) => tests.some((isType) => isType(given)) || run.fail(describe, given);
}

function isTypeName(value: JsonValue): value is TypeName {
  return typeof value === "string" && Object.hasOwn(IS_TYPE, value);
}

function describeType(value: unknown, expected: readonly TypeName[]): string {
  return typeof value === "number" && expected.includes("integer") ? show(value) : typeOf(value);
}

function compileEnum(value: JsonValue, site: Site): Check {
  if (!isArray(value)) throw site.invalid("expected an array of values", "enum");
  const options = value;
  return compileOptions(options, `expected one of ${showOptions(options)}`);
}

function compileOptions(options: readonly JsonValue[], expected: string): Check {
  const scalars = new Set<unknown>(options.filter((option) => !isNested(option)));
  const nested = options.filter(isNested);
  const cost = nested.reduce<number>((sum, option) => sum + comparisonCost(option), 0);
  const describe = (given: unknown): string => `${expected}, got ${show(given)}`;
  return (given, run) => {
    if (typeof given !== "object" || given === null) {
      // Hashing a string takes time in its length, once.
      if (typeof given === "string") run.spend(given.length >> 6);
      return scalars.has(given) || run.fail(describe, given);
    }
    run.spend(cost);
    return nested.some((option) => equals(given, option, run)) || run.fail(describe, given);
  };
}

function isNested(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}
