import { parseTemplate } from "url-template";
import { describe, isObject } from "../jsonrpc/guards.js";
import { LONE_SURROGATE, type Part, type Variable } from "./parse.js";

/** A text, a list, or pairs of a name and a value. Without a value a variable is left out. */
export type UriValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly (string | number | boolean)[]
  | Readonly<Record<string, string | number | boolean>>;

function toText(name: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new TypeError(
      `The URI template's variable "${name}" must hold text, a list of texts or an object of texts, not ${describe(value)}`,
    );
  }
  const text = String(value);
  if (LONE_SURROGATE.test(text)) {
    throw new TypeError(
      `The URI template's variable "${name}" holds half of a surrogate pair, which no URI can carry`,
    );
  }
  return text;
}

function prepare({ name, max }: Variable, value: unknown) {
  if (Array.isArray(value)) return value.map((item) => toText(name, item));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [toText(name, key), toText(name, item)]),
    );
  }
  const text = toText(name, value);
  // Characters are code points (RFC 6570, 2.4.1).
  return max < text.length ? Array.from(text).slice(0, max).join("") : text;
}

/** What a literal looks like in a URI. */
export const encodeLiteral = (literal: string): string => parseTemplate(literal).expand({});

/** @returns what puts values in the place of the variables of a template */
export function expander(parts: readonly Part[]): (values: Readonly<Record<string, UriValue>>) => string {
  const variables = parts.flatMap((part) => (typeof part === "string" ? [] : part.variables));
  // Lengths are cut here: the library would cut between the halves of a surrogate pair.
  const source = parts.map((part) => {
    if (typeof part === "string") return part;
    const names = part.variables.map(({ name, list }) => (list ? `${name}*` : name));
    return `{${part.operator}${names.join()}}`;
  });
  const template = parseTemplate(source.join(""));
  return (values) => {
    // Nothing is inherited, and what is empty counts as undefined (RFC 6570, 2.3).
    // The platform's types know no object without a prototype.
    const context = Object.create(null) as Parameters<typeof template.expand>[0];
    for (const variable of variables) {
      if (!Object.hasOwn(values, variable.name)) continue;
      const value = values[variable.name];
      if (value === undefined || value === null) continue;
      const ready = prepare(variable, value);
      if (typeof ready === "string" || Object.keys(ready).length > 0) context[variable.name] = ready;
    }
    return template.expand(context);
  };
}
