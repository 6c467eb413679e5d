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

/** The library takes `%4x` for an octet that is encoded already, and leaves what surrounds it as it is. */
const encodePercent = (text: string): string => text.replace(/%(?![\da-f]{2})/gi, "%25");

/** What a literal looks like in a URI. */
export const encodeLiteral = (literal: string): string => parseTemplate(encodePercent(literal)).expand({});

function toText(name: string, value: unknown): string {
  const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  if (isText && !LONE_SURROGATE.test(String(value))) return String(value);
  const what = isText ? "half of a surrogate pair" : describe(value);
  throw new TypeError(
    `The URI template's variable "${name}" must be text, a list of texts or an object of texts, without ${what}`,
  );
}

/** @returns what the library shall expand; undefined for what counts as such (RFC 6570, 2.3) */
function prepare({ name, max }: Variable, reserved: boolean, value: unknown) {
  const ready = (item: unknown): string => {
    const text = toText(name, item);
    // Characters are code points (RFC 6570, 2.4.1).
    const cut = max < text.length ? Array.from(text).slice(0, max).join("") : text;
    return reserved ? encodePercent(cut) : cut;
  };
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(ready);
  if (!isObject(value)) return ready(value);
  const entries = Object.entries(value).map(([key, item]) => [toText(name, key), ready(item)]);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Record<string, string>);
}

/** @returns what puts values in the place of the variables of a template */
export function expander(parts: readonly Part[]): (values: Readonly<Record<string, UriValue>>) => string {
  // Lengths are cut here: the library would cut between the halves of a surrogate pair.
  const source = parts.map((part) => {
    if (typeof part === "string") return encodePercent(part);
    return `{${part.operator}${part.variables.map(({ name, list }) => (list ? `${name}*` : name)).join()}}`;
  });
  const template = parseTemplate(source.join(""));
  return (values) => {
    // Nothing is inherited; the platform's types know no object without a prototype.
    const context = Object.create(null) as Parameters<typeof template.expand>[0];
    for (const part of parts) {
      if (typeof part === "string") continue;
      for (const variable of part.variables) {
        const value = Object.hasOwn(values, variable.name) ? values[variable.name] : undefined;
        const ready = prepare(variable, /[+#]/.test(part.operator), value);
        if (ready !== undefined) context[variable.name] = ready;
      }
    }
    return template.expand(context);
  };
}
