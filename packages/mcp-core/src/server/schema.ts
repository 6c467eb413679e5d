import { describe, isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { isPromise, type MaybePromise } from "../protocol/promises.js";
import type { JsonSchema, SchemaIssue, SchemaResult, StandardSchema } from "../protocol/standard-schema.js";
import { isPlainJson, jsonTextOf } from "./plain-json.js";

/** A schema made ready: its JSON Schema for the list, and the check for each call. */
export interface CompiledSchema {
  readonly jsonSchema: JsonSchema;
  readonly validate: (value: unknown) => MaybePromise<Checked>;
}

export type Checked =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** What other libraries call what is `input` and `output` here. */
const OTHER_NAMES = {
  input: ["inputSchema", "input_schema", "inputs", "argsSchema", "paramsSchema", "parameters", "arguments"],
  output: ["outputSchema", "output_schema", "outputs"],
} as const;

const NO_ARGUMENTS: CompiledSchema = {
  jsonSchema: { type: "object", additionalProperties: false },
  validate: (value) =>
    Object.keys(value as JsonObject).length === 0 // the link has checked that arguments are an object
      ? { ok: true, value }
      : { ok: false, problem: "no arguments are taken" },
};

/**
 * Nothing would read a schema under another name, and everything the handler gets would be refused.
 * @param owner whose definition it is, as in `tool "add"`
 * @throws TypeError
 */
export function refuseOtherNames(definition: object, owner: string): void {
  const given = definition as Readonly<Record<string, unknown>>; // callers without types may say anything
  for (const [name, others] of Object.entries(OTHER_NAMES)) {
    const other = given[name] === undefined && others.find((one) => given[one] !== undefined);
    if (other === undefined || other === false) continue;
    throw new TypeError(`The definition of ${owner} has "${other}": the schema goes into "${name}"`);
  }
}

/**
 * @param owner whose it is, as in `tool "add"`
 * @throws TypeError when the schema cannot describe arguments
 */
export function compileInput(schema: StandardSchema | undefined, owner: string): CompiledSchema {
  if (schema === undefined) return NO_ARGUMENTS;
  const compiled = compile(schema, "input", owner);
  if (compiled.jsonSchema["type"] === "object") return compiled;
  throw new TypeError(
    `The input schema of ${owner} must describe an object: its JSON Schema needs "type": "object"`,
  );
}

/**
 * Checks what is going to be sent: where a value is not plain JSON, that is what JSON makes of it.
 * @throws TypeError when the schema cannot be expressed as JSON Schema
 */
export function compileOutput(schema: StandardSchema | undefined, owner: string): CompiledSchema | undefined {
  if (schema === undefined) return undefined;
  const { jsonSchema, validate } = compile(schema, "output", owner);
  const checkSent = (returned: unknown, checked: Checked): MaybePromise<Checked> =>
    returned === undefined || isPlainJson(checked.ok ? checked.value : returned)
      ? checked
      : validate(JSON.parse(jsonTextOf(returned, owner)));
  return {
    jsonSchema,
    validate: (returned) => {
      const checked = validate(returned);
      return isPromise(checked)
        ? checked.then((settled) => checkSent(returned, settled))
        : checkSent(returned, checked);
    },
  };
}

function compile(schema: StandardSchema, side: "input" | "output", owner: string): CompiledSchema {
  const jsonSchema = emit(schema, side, owner);
  const standard = schema["~standard"];
  return {
    jsonSchema,
    validate: (value) => {
      const result = standard.validate(value);
      return isPromise(result) ? Promise.resolve(result).then(toChecked) : toChecked(result);
    },
  };
}

function emit(schema: StandardSchema, side: "input" | "output", owner: string): JsonSchema {
  if (!isStandardSchema(schema))
    throw new TypeError(`The ${side} schema of ${owner} is no Standard Schema. ${wayOut(schema)}`);
  const standard = schema["~standard"];
  if (standard.jsonSchema === undefined) {
    throw new TypeError(
      `The ${side} schema of ${owner} (${standard.vendor}) cannot emit JSON Schema. ` +
        `Use a version of the library that implements Standard JSON Schema, such as zod 4.2 or later`,
    );
  }
  try {
    // JSON Schema is JSON; libraries type it loosely.
    return standard.jsonSchema[side]({ target: "draft-2020-12" }) as JsonSchema;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`The ${side} schema of ${owner} cannot be written as JSON Schema: ${reason}`, {
      cause,
    });
  }
}

/** Callers without types may pass anything. */
function isStandardSchema(value: unknown): value is StandardSchema {
  const canHaveParts = (typeof value === "object" && value !== null) || typeof value === "function";
  return canHaveParts && isObject((value as Partial<StandardSchema>)["~standard"]);
}

/** Zod had no part in Standard Schema before version 3.24. */
function isOldZod(value: unknown): boolean {
  return isObject(value) && "_def" in value && "safeParse" in value && !isStandardSchema(value);
}

function wayOut(schema: unknown): string {
  if (!isObject(schema)) return `It is ${describe(schema)}: leave it out if there is none`;
  const parts = Object.values(schema);
  if (isOldZod(schema) || parts.some(isOldZod))
    return "It is of a version of zod that is too old. Use zod 4.2 or later";
  return parts.some(isStandardSchema)
    ? "It is an object of schemas: wrap it in z.object(...), or what your library has for that"
    : 'Wrap plain JSON Schema in jsonSchema() of "@towpath/mcp-core/json-schema"';
}

function toChecked(result: SchemaResult<unknown>): Checked {
  return result.issues === undefined
    ? { ok: true, value: result.value }
    : { ok: false, problem: result.issues.slice(0, 10).map(describeIssue).join("; ") };
}

function describeIssue({ message, path }: SchemaIssue): string {
  if (path === undefined || path.length === 0) return message;
  const place = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return message.startsWith(`${place}:`) ? message : `${place}: ${message}`;
}
