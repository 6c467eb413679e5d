import { describe, isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { FORMATS } from "./form-formats.js";
import type { FormSchema } from "./question-types.js";

/** The values of a form, as its fields have them. */
export type FormContent = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A schema that was read, or what is wrong with it. */
export type FormReading = { readonly schema: FormSchema } | { readonly problem: string };

/** Problems beyond these are not looked for. */
const MAX_PROBLEMS = 10;

/** One kind of field: what its definition must be like, and what its values must be. */
interface Kind {
  /** What is wrong with the definition of the field. */
  readonly misdefined?: (field: JsonObject) => string | undefined;
  /** What a value must be and is not. */
  readonly refuses: (field: JsonObject, value: JsonValue) => string | undefined;
}

const text: Kind = {
  misdefined: (field) => notCounts(field, "minLength", "maxLength"),
  refuses: ({ minLength, maxLength, format }, value) => {
    if (typeof value !== "string") return "a string";
    // JSON Schema counts characters, not UTF-16 units.
    const problem = outside(Array.from(value).length, minLength, maxLength, " characters long");
    const known = typeof format === "string" ? FORMATS.get(format) : undefined;
    return problem ?? (known === undefined || known.test(value) ? undefined : known.name);
  },
};

const numeric: Kind = {
  misdefined: (field) => notEach(field, ["minimum", "maximum"], "a number", Number.isFinite),
  refuses: ({ type, minimum, maximum }, value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return "a number";
    if (type === "integer" && !Number.isInteger(value)) return "an integer";
    return outside(value, minimum, maximum);
  },
};

const flag: Kind = { refuses: (_, value) => (typeof value === "boolean" ? undefined : "true or false") };

const single: Kind = {
  misdefined: misdefinedOptions,
  refuses: (field, value) => (optionsOf(field).includes(value) ? undefined : oneOf(field)),
};

const multiple: Kind = {
  misdefined: (field) =>
    isObject(field["items"])
      ? (misdefinedOptions(field["items"]) ?? notCounts(field, "minItems", "maxItems"))
      : "items must be an object",
  refuses: ({ items, minItems, maxItems }, value) => {
    if (!Array.isArray(value)) return "a list";
    const offered = isObject(items) ? items : {};
    const options = new Set(optionsOf(offered));
    if (!value.every((option: JsonValue) => options.has(option)))
      return `a list whose every item is ${oneOf(offered)}`;
    return outside(value.length, minItems, maxItems, " of the options");
  },
};

const KINDS: ReadonlyMap<unknown, (field: JsonObject) => Kind> = new Map<
  unknown,
  (field: JsonObject) => Kind
>([
  ["string", (field) => (field["enum"] === undefined && field["oneOf"] === undefined ? text : single)],
  ["number", () => numeric],
  ["integer", () => numeric],
  ["boolean", () => flag],
  ["array", () => multiple],
]);

/**
 * Reads the schema of a form: a flat object of primitive fields (Elicitation, Requested Schema). Keywords
 * it does not know are let pass.
 */
export function readFormSchema(value: unknown): FormReading {
  const problem = schemaProblem(value);
  return problem === undefined ? { schema: value as FormSchema } : { problem }; // just checked
}

/** The defaults of a form's fields; those that do not fit their field are left out. */
export function formDefaults(schema: FormSchema): FormContent {
  const defaults = fieldsOf(schema).flatMap(([name, field]) => {
    const value = field["default"];
    const fits = value !== undefined && kindOf(field)?.refuses(field, value) === undefined;
    return fits ? [[name, value] as const] : [];
  });
  return Object.fromEntries(defaults) as FormContent; // they fit their fields
}

/** What is wrong with the content of a form, as sentences that name the field; nothing when it fits. */
export function checkFormContent(schema: FormSchema, content: unknown): readonly string[] {
  if (!isObject(content)) return [`The content must be an object, not ${describe(content)}`];
  const problems: string[] = [];
  for (const problem of problemsOf(schema, content)) {
    if (problems.push(problem) >= MAX_PROBLEMS) break;
  }
  return problems;
}

function* problemsOf(schema: FormSchema, content: JsonObject): Generator<string> {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(content, name) || content[name] === undefined) yield `${quoted(name)} is missing`;
  }
  const fields = new Map(fieldsOf(schema));
  for (const [name, value] of Object.entries(content)) {
    const field = fields.get(name);
    if (field === undefined) yield `${quoted(name)} is no field of the form`;
    else if (value !== undefined) {
      const expected = kindOf(field)?.refuses(field, value);
      if (expected !== undefined) yield `${quoted(name)} must be ${expected}, not ${describe(value)}`;
    }
  }
}

function schemaProblem(value: unknown): string | undefined {
  if (!isObject(value) || value["type"] !== "object") return 'a form\'s schema must be of type "object"';
  const { properties, required } = value;
  if (!isObject(properties)) return "properties must be an object";
  for (const [name, field] of Object.entries(properties)) {
    const problem = fieldProblem(field);
    if (problem !== undefined) return `properties.${shortened(name, 40)}: ${problem}`;
  }
  if (required === undefined) return undefined;
  if (!Array.isArray(required)) return "required must be a list of names";
  const stray: unknown = required.find((name) => !Object.hasOwn(properties, String(name)));
  return stray === undefined ? undefined : `required names ${describe(stray)}, which is no field`;
}

function fieldProblem(field: unknown): string | undefined {
  if (!isObject(field)) return "a field must be an object";
  const kind = kindOf(field);
  if (kind !== undefined) return kind.misdefined?.(field);
  return `a field must be a string, number, integer, boolean or array of options, not ${describe(field["type"])}`;
}

function kindOf(field: JsonObject): Kind | undefined {
  return KINDS.get(field["type"])?.(field);
}

function fieldsOf({ properties }: FormSchema): [string, JsonObject][] {
  return Object.entries(properties) as [string, FormSchema["properties"][string] & JsonObject][]; // fields are JSON
}

function misdefinedOptions(field: JsonObject): string | undefined {
  const titled = field["oneOf"] ?? field["anyOf"];
  const plain = field["enum"];
  if (plain !== undefined) {
    const strings = Array.isArray(plain) && plain.every((option) => typeof option === "string");
    return strings ? undefined : "enum must be a list of strings";
  }
  const fits =
    Array.isArray(titled) &&
    titled.every((option) => isObject(option) && typeof option["const"] === "string");
  return fits ? undefined : "the options must be an enum, or a list of objects with strings as const";
}

function optionsOf({ enum: plain, oneOf: single, anyOf: several }: JsonObject): readonly JsonValue[] {
  if (Array.isArray(plain)) return plain as readonly JsonValue[];
  const titled = single ?? several;
  const options: readonly unknown[] = Array.isArray(titled) ? titled : [];
  return options.flatMap((option) =>
    isObject(option) && option["const"] !== undefined ? [option["const"]] : [],
  );
}

function oneOf(field: JsonObject): string {
  return `one of ${shortened(JSON.stringify(optionsOf(field)), 200)}`;
}

function notCounts(field: JsonObject, ...names: readonly string[]): string | undefined {
  return notEach(
    field,
    names,
    "an integer of at least 0",
    (value) => Number.isInteger(value) && Number(value) >= 0,
  );
}

function notEach(
  field: JsonObject,
  names: readonly string[],
  expected: string,
  fits: (value: unknown) => boolean,
): string | undefined {
  const wrong = names.find((name) => field[name] !== undefined && !fits(field[name]));
  return wrong === undefined ? undefined : `${wrong} must be ${expected}, not ${describe(field[wrong])}`;
}

function outside(value: number, least: unknown, most: unknown, unit = ""): string | undefined {
  if (typeof least === "number" && value < least) return `at least ${String(least)}${unit}`;
  return typeof most === "number" && value > most ? `at most ${String(most)}${unit}` : undefined;
}

function quoted(name: string): string {
  return JSON.stringify(shortened(name, 40));
}
