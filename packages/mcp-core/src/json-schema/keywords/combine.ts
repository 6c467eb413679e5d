import type { JsonValue } from "../../jsonrpc/messages.js";
import { isArray } from "../json.js";
import type { Keyword, Site } from "../keyword.js";
import type { Check, Run } from "../run.js";

/** Keywords that apply subschemas to the same value (Core 2020-12, section 10.2). */
export const COMBINING: readonly Keyword[] = [
  { name: "allOf", holds: "list", compile: compileAllOf },
  { name: "anyOf", holds: "list", compile: compileAnyOf },
  { name: "oneOf", holds: "list", compile: compileOneOf },
  { name: "not", holds: "schema", compile: compileNot },
  { name: "if", holds: "schema", compile: compileIf },
  { name: "then", holds: "schema" },
  { name: "else", holds: "schema" },
];

function branches(keyword: string, value: JsonValue, site: Site): Check[] {
  const count = isArray(value) ? value.length : 0;
  if (count === 0) throw site.invalid("expected at least one schema", keyword);
  return Array.from({ length: count }, (_, index) => site.child(keyword, index));
}

function compileAllOf(value: JsonValue, site: Site): Check {
  const checks = branches("allOf", value, site);
  return (given, run) => {
    run.spend(checks.length);
    let valid = true;
    for (const check of checks) {
      if (check(given, run)) continue;
      if (!run.goesOn) return false;
      valid = false;
    }
    return valid;
  };
}

function compileAnyOf(value: JsonValue, site: Site): Check {
  const checks = branches("anyOf", value, site);
  return (given, run) => {
    run.spend(checks.length);
    let valid = false;
    for (const check of checks) {
      if (!run.probe(check, given)) continue;
      valid = true;
      // Further branches matter only to whoever reads their annotations.
      if (!run.evaluated) return true;
    }
    return valid || run.fail(() => fitsNone(checks, given, run), given);
  };
}

function compileOneOf(value: JsonValue, site: Site): Check {
  const checks = branches("oneOf", value, site);
  return (given, run) => {
    run.spend(checks.length);
    const fitting: number[] = [];
    for (const [index, check] of checks.entries()) {
      if (!run.probe(check, given)) continue;
      fitting.push(index + 1);
      if (fitting.length === 2) break;
    }
    if (fitting.length === 1) return true;
    return run.fail(
      () =>
        fitting.length === 0
          ? fitsNone(checks, given, run)
          : `fits options ${fitting.join(" and ")}, but must fit exactly one of ${checks.length}`,
      given,
    );
  };
}

const EXPLAINED_OPTIONS = 4;

function fitsNone(checks: readonly Check[], value: unknown, run: Run): string {
  const reasons = checks
    .slice(0, EXPLAINED_OPTIONS)
    .map((check, index) => `(${index + 1}) ${run.explain(check, value)}`);
  const more = checks.length > EXPLAINED_OPTIONS ? "; …" : "";
  return `fits none of ${checks.length} options: ${reasons.join("; ")}${more}`;
}

function compileNot(_: JsonValue, site: Site): Check {
  const check = site.child("not");
  const describe = (): string => `fits what "not" forbids`;
  return (given, run) => {
    run.spend(1);
    return !run.probe(check, given) || run.fail(describe, given);
  };
}

function compileIf(_: JsonValue, site: Site): Check {
  const condition = site.child("if");
  const thenCheck = site.schema["then"] === undefined ? undefined : site.child("then");
  const elseCheck = site.schema["else"] === undefined ? undefined : site.child("else");
  return (given, run) => {
    run.spend(2);
    const next = run.probe(condition, given) ? thenCheck : elseCheck;
    return next ? next(given, run) : true;
  };
}
