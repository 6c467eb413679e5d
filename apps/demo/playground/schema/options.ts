import type { JsonObject, JsonValue } from "@towpath/mcp-core";

/** A value to choose, and what to call it. */
export interface Option {
  readonly value: JsonValue;
  readonly title: string;
}

/** The values a schema lets one choose from, or `undefined` when it is not of that kind. */
export function choicesOf(schema: JsonObject): readonly Option[] | undefined {
  const { enum: plain, enumNames } = schema;
  if (Array.isArray(plain)) {
    const names: readonly unknown[] = Array.isArray(enumNames) ? enumNames : [];
    return (plain as readonly JsonValue[]).map((value, index) => optionOf(value, names[index]));
  }
  if (schema["const"] !== undefined) return [optionOf(schema["const"], schema["title"])];
  const titled = schema["oneOf"] ?? schema["anyOf"];
  if (!Array.isArray(titled) || titled.length === 0) return undefined;
  const options = (titled as readonly JsonValue[]).flatMap((one) => titledOption(one));
  return options.length === titled.length ? options : undefined;
}

function titledOption(one: JsonValue): Option[] {
  if (typeof one !== "object" || one === null || !("const" in one) || one["const"] === undefined) return [];
  return [optionOf(one["const"], one["title"])];
}

function optionOf(value: JsonValue, name: unknown): Option {
  const title = typeof name === "string" ? name : typeof value === "string" ? value : JSON.stringify(value);
  return { value, title };
}
