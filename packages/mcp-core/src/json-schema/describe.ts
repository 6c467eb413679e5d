import type { JsonValue } from "../jsonrpc/messages.js";
import { quote, shorten } from "./errors.js";
import { isArray, isObject } from "./json.js";

export type TypeName = "string" | "number" | "integer" | "boolean" | "null" | "array" | "object";

const WITH_ARTICLE: Record<TypeName, string> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "a boolean",
  null: "null",
  array: "an array",
  object: "an object",
};

export function expectedTypes(types: readonly TypeName[]): string {
  return types.map((type) => WITH_ARTICLE[type]).join(" or ");
}

/** The JSON type of a value, or what keeps it from being JSON. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : typeof value;
}

/** A value as a message shows it: scalars themselves, cut short, otherwise their type. */
export function show(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeOf(value);
}

/** Values the schema names, as JSON. */
export function showOptions(values: readonly JsonValue[]): string {
  const shown = values.slice(0, 20).map((value) => (isScalar(value) ? show(value) : showJson(value)));
  return shorten(shown.join(", "), 300) + (values.length > shown.length ? ", …" : "");
}

export function names(list: readonly string[]): string {
  return list.length === 0 ? "none" : shorten(list.slice(0, 30).join(", "), 300);
}

export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun === "property" ? "propertie" : noun}s`;
}

function isScalar(value: JsonValue): boolean {
  return !isObject(value) && !isArray(value);
}

function showJson(value: JsonValue): string {
  return shorten(JSON.stringify(value), 60);
}
