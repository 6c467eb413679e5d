import type { JsonObject } from "../jsonrpc/messages.js";
import type { SchemaIssue } from "../protocol/standard-schema.js";
import { Compiler } from "./compiler.js";
import { SchemaDocument } from "./document.js";
import type { Pattern } from "./keyword.js";
import { jsonSchemaLimits, type JsonSchemaLimits } from "./limits.js";
import { Run, type Check } from "./run.js";
import { snapshot } from "./snapshot.js";

export interface CompileOptions extends Partial<JsonSchemaLimits> {
  /**
   * Makes the matcher of a regular expression in the schema. Put an engine without backtracking here where
   * both schema and value come from someone who is not trusted: the platform's own engine has expressions
   * that take very long, and no limit here reaches inside it. Default: `RegExp`, with the `u` flag where the
   * expression allows it.
   */
  readonly createPattern?: (source: string) => Pattern;
}

export type Verdict =
  { readonly valid: true } | { readonly valid: false; readonly issues: readonly SchemaIssue[] };

export interface CompiledSchema {
  /**
   * Judges one JSON value; a member that is `undefined` is absent. Never throws: a value that a limit, or an
   * error of `createPattern`, kept from being judged is invalid, with an issue that says so.
   */
  validate(value: unknown): Verdict;
}

/**
 * Compiles a JSON Schema of dialect 2020-12 (the default) or draft-07 (where `$schema` names it). The schema
 * may come from someone who is not trusted: nothing is fetched or evaluated as code, and both the schema and
 * the work for one value are bounded. `format` and the `content…` keywords are annotations and judge nothing.
 * @throws UnsupportedSchemaError when the schema cannot be used.
 * @throws RangeError when an option is out of range.
 */
export function compileJsonSchema(
  schema: JsonObject | boolean,
  options: CompileOptions = {},
): CompiledSchema {
  const { createPattern = platformPattern, ...given } = options;
  const limits = jsonSchemaLimits(given);
  const copy = snapshot(schema, limits);
  const document = new SchemaDocument(limits);
  document.add(copy, "");
  const check = new Compiler(document, createPattern).compile(copy);
  return { validate: (value) => judge(check, value, limits, document.tracks) };
}

const VALID: Verdict = Object.freeze({ valid: true });

function judge(check: Check, value: unknown, limits: JsonSchemaLimits, tracks: boolean): Verdict {
  const quick = new Run(limits, tracks);
  try {
    if (check(value, quick)) return VALID;
  } catch (error) {
    return { valid: false, issues: [quick.stopped(error)] };
  }
  const issues: SchemaIssue[] = [];
  const thorough = new Run(limits, tracks, issues);
  try {
    check(value, thorough);
  } catch (error) {
    issues.push(thorough.stopped(error));
  }
  return { valid: false, issues };
}

function platformPattern(source: string): Pattern {
  try {
    return new RegExp(source, "u");
  } catch {
    // Some schemas escape what the `u` flag forbids to escape.
    return new RegExp(source);
  }
}
