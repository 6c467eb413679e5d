import type { JsonObject, JsonValue } from "@towpath/mcp-core";
import { isObject } from "./is-object.js";
import { choicesOf, type Option } from "./options.js";
import { dereferenced } from "./references.js";

interface FieldBase {
  readonly title?: string;
  readonly description?: string;
  readonly initial?: JsonValue;
}

export type TextInput = "text" | "email" | "url" | "date" | "time" | "datetime-local";

export interface TextField extends FieldBase {
  readonly kind: "text";
  readonly input: TextInput;
  readonly multiline: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface NumberField extends FieldBase {
  readonly kind: "number";
  readonly integer: boolean;
  readonly min?: number;
  readonly max?: number;
}

export interface FlagField extends FieldBase {
  readonly kind: "flag";
}

/** One of several values. */
export interface ChoiceField extends FieldBase {
  readonly kind: "choice";
  readonly options: readonly Option[];
}

/** Some of several values. */
export interface ChoicesField extends FieldBase {
  readonly kind: "choices";
  readonly options: readonly Option[];
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface ListField extends FieldBase {
  readonly kind: "list";
  readonly item: Field;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly field: Field;
}

export interface GroupField extends FieldBase {
  readonly kind: "group";
  readonly members: readonly Member[];
}

/** Whatever has no form of its own. */
export interface JsonField extends FieldBase {
  readonly kind: "json";
}

export type Field =
  TextField | NumberField | FlagField | ChoiceField | ChoicesField | ListField | GroupField | JsonField;

/** Forms inside forms beyond these are edited as JSON. A schema that refers to itself ends here, too. */
const MAX_DEPTH = 5;
const MAX_MEMBERS = 100;

const INPUTS: Readonly<Record<string, TextInput>> = {
  email: "email",
  uri: "url",
  url: "url",
  date: "date",
  time: "time",
  "date-time": "datetime-local",
};

/** Names of what is usually longer than a line. */
const LONG = /^(text|body|content|message|description|markdown|html|code|sql|script|summary)$/i;

/** The form of the arguments a tool takes, or of what a server wants to know. */
export function formOf(schema: object): GroupField | JsonField {
  if (!isObject(schema)) return { kind: "json" };
  const field = fieldOf(schema, "", schema, 0);
  return field.kind === "group" ? field : { kind: "json" };
}

function fieldOf(given: unknown, name: string, root: JsonObject, depth: number): Field {
  const schema = dereferenced(given, root);
  if (schema === undefined || depth > MAX_DEPTH) return { kind: "json" };
  const about = aboutOf(schema);
  const options = choicesOf(schema);
  if (options !== undefined) return { kind: "choice", options, ...about };
  const make = MAKERS.get(schema["type"] ?? typeByKeywords(schema));
  return make?.({ schema, name, root, depth, about }) ?? { kind: "json", ...about };
}

interface Making {
  readonly schema: JsonObject;
  readonly name: string;
  readonly root: JsonObject;
  readonly depth: number;
  readonly about: FieldBase;
}

/** By what the schema says of `type`. */
const MAKERS: ReadonlyMap<unknown, (making: Making) => Field | undefined> = new Map<
  unknown,
  (making: Making) => Field | undefined
>([
  ["string", textOf],
  ["number", numberOf],
  ["integer", numberOf],
  ["boolean", ({ about }) => ({ kind: "flag", ...about })],
  ["array", listOf],
  ["object", groupOf],
]);

function textOf({ schema, name, about }: Making): TextField {
  const { format, minLength, maxLength, contentMediaType } = schema;
  const input = (typeof format === "string" ? INPUTS[format] : undefined) ?? "text";
  const isLong = LONG.test(name) || contentMediaType !== undefined;
  return {
    kind: "text",
    input,
    multiline: input === "text" && isLong,
    ...numbers({ minLength, maxLength }),
    ...about,
  };
}

function numberOf({ schema, about }: Making): NumberField {
  const { type, minimum, maximum } = schema;
  return {
    kind: "number",
    integer: type === "integer",
    ...numbers({ min: minimum, max: maximum }),
    ...about,
  };
}

function listOf({ schema, name, root, depth, about }: Making): Field | undefined {
  const { items, minItems, maxItems } = schema;
  const bounds = numbers({ minItems, maxItems });
  if (items === undefined || schema["prefixItems"] !== undefined) return undefined;
  const item = fieldOf(items, name, root, depth + 1);
  if (item.kind === "choice") return { kind: "choices", options: item.options, ...bounds, ...about };
  return { kind: "list", item, ...bounds, ...about };
}

function groupOf({ schema, root, depth, about }: Making): Field | undefined {
  const { properties = {}, required } = schema;
  if (!isObject(properties)) return undefined;
  const entries = Object.entries(properties);
  // An object that takes whatever members it is given.
  if (entries.length === 0 && depth > 0) return undefined;
  if (entries.length > MAX_MEMBERS) return undefined;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const members = entries.map(([name, member]) => ({
    name,
    required: needed.includes(name),
    field: fieldOf(member, name, root, depth + 1),
  }));
  return { kind: "group", members, ...about };
}

function aboutOf({ title, description, default: initial }: JsonObject): FieldBase {
  return {
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    ...(initial !== undefined && { initial }),
  };
}

function typeByKeywords(schema: JsonObject): string | undefined {
  if (isObject(schema["properties"])) return "object";
  return schema["items"] === undefined ? undefined : "array";
}

/** Those that are numbers, by their names. */
function numbers<K extends string>(given: Readonly<Record<K, unknown>>): Partial<Record<K, number>> {
  const found = Object.entries(given).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(found) as Partial<Record<K, number>>; // only numbers are left
}
