import { InvalidRequestError } from "../../jsonrpc/errors.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { InvalidAnswerError } from "../../protocol/errors.js";
import { has, type Revision } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { FormField, FormSchema } from "../../protocol/question-types.js";
import { compileInput, type CompiledSchema } from "../schema.js";

/** A form as it is sent, and the check of what comes back. */
export interface Form {
  readonly requestedSchema: FormSchema;
  /** @throws InvalidAnswerError */
  readonly check: (content: JsonObject) => Promise<unknown>;
}

interface CompiledForm {
  readonly compiled: CompiledSchema;
  readonly schema: FormSchema;
}

const NO_FIELDS: FormSchema = { type: "object", properties: {} };
const compiledForms = new WeakMap<StandardSchema, CompiledForm>();

/**
 * Makes a form of a schema: flat, of the primitive fields the protocol knows, and as far as the revision
 * knows them (Elicitation, Requested Schema).
 * @throws TypeError for a schema that is no form; InvalidRequestError for what the client's revision lacks
 */
export function formOf(schema: StandardSchema | undefined, revision: Revision): Form {
  if (schema === undefined) return { requestedSchema: NO_FIELDS, check: () => Promise.resolve({}) };
  const form = compiledForms.get(schema) ?? compileForm(schema);
  compiledForms.set(schema, form);
  return {
    requestedSchema: has(revision, "richForms") ? form.schema : plainForm(form.schema),
    check: async (content) => {
      const checked = await form.compiled.validate(content);
      if (checked.ok) return checked.value;
      throw new InvalidAnswerError(`The content does not fit the form: ${checked.problem}`);
    },
  };
}

function compileForm(given: StandardSchema): CompiledForm {
  const compiled = compileInput(given, "a form");
  const { properties = {}, required } = compiled.jsonSchema;
  const fields = Object.entries(isObject(properties) ? properties : {}).map(
    ([name, field]) => [name, fieldOf(name, field)] as const,
  );
  const schema: FormSchema = {
    type: "object",
    properties: Object.fromEntries(fields),
    // JSON Schema's own: a list of names.
    ...(Array.isArray(required) && required.length > 0 && { required: required as string[] }),
  };
  return { compiled, schema };
}

const SHOWN = ["title", "description", "default"] as const;
const FORMATS: readonly unknown[] = ["email", "uri", "date", "date-time"];

/** What each type of field may say; more than that is checked when the answer comes, and not sent. */
const KEYWORDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["string", ["minLength", "maxLength", "format"]],
  ["number", ["minimum", "maximum"]],
  ["integer", ["minimum", "maximum"]],
  ["boolean", []],
]);

/** @throws TypeError */
function fieldOf(name: string, field: JsonValue | undefined): FormField {
  const found = isObject(field) ? (choiceOf(field) ?? listOf(field) ?? primitiveOf(field)) : undefined;
  if (found !== undefined && isObject(field))
    return { ...pick(field, SHOWN), ...found } as unknown as FormField; // put together above
  throw new TypeError(
    `The field "${name}" cannot be part of a form: it must be a string, a number, a boolean, or one or some of several strings`,
  );
}

function primitiveOf(field: JsonObject): JsonObject | undefined {
  const { type, format } = field;
  const keywords = KEYWORDS.get(type);
  if (type === undefined || keywords === undefined) return undefined;
  const kept = pick(field, FORMATS.includes(format) ? keywords : keywords.filter((one) => one !== "format"));
  const bounds = Object.entries(kept).filter(([, value]) => !isWidest(value));
  return { type, ...Object.fromEntries(bounds) };
}

/** Libraries write the limits of their integers down; nobody needs to be told. */
function isWidest(value: JsonValue | undefined): boolean {
  return typeof value === "number" && Math.abs(value) >= Number.MAX_SAFE_INTEGER;
}

/** One of several strings, with titles or without. */
function choiceOf(field: JsonObject): JsonObject | undefined {
  const { enum: listed, const: only, oneOf, anyOf, enumNames } = field;
  const values = typeof only === "string" ? [only] : listed;
  if (isStrings(values)) return { type: "string", enum: values, ...(isStrings(enumNames) && { enumNames }) };
  const options = optionsOf(oneOf ?? anyOf);
  return options === undefined ? undefined : { type: "string", oneOf: options };
}

/** Some of several strings. */
function listOf(field: JsonObject): JsonObject | undefined {
  const choice = field["type"] === "array" && isObject(field["items"]) ? choiceOf(field["items"]) : undefined;
  if (choice === undefined) return undefined;
  const { oneOf, ...plain } = choice;
  const items = oneOf === undefined ? plain : { anyOf: oneOf };
  return { type: "array", items, ...pick(field, ["minItems", "maxItems"]) };
}

function optionsOf(list: JsonValue | undefined): JsonObject[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const options = list.map((option) => {
    const value = isObject(option) ? option["const"] : undefined;
    if (!isObject(option) || typeof value !== "string") return undefined;
    return { const: value, title: typeof option["title"] === "string" ? option["title"] : value };
  });
  return options.every((option) => option !== undefined) ? options : undefined;
}

/** Revision 2025-06-18: no titles but in `enumNames`, nothing to choose several of, defaults of booleans only. */
function plainForm(schema: FormSchema): FormSchema {
  const fields = Object.entries(schema.properties).map(([name, field]) => [name, plainField(name, field)]);
  return { ...schema, properties: Object.fromEntries(fields) as FormSchema["properties"] }; // of those entries
}

function plainField(name: string, field: FormField): FormField {
  if (field.type === "array") {
    const why = "several values can be chosen from revision 2025-11-25 on";
    throw new InvalidRequestError(`The client cannot be asked for "${name}": ${why}`);
  }
  if (field.type === "boolean") return field;
  const { default: _default, ...plain } = field;
  if (!("oneOf" in plain)) return plain;
  const { oneOf, ...rest } = plain;
  return { ...rest, enum: oneOf.map((one) => one.const), enumNames: oneOf.map((one) => one.title) };
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
}
