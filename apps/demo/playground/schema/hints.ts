import type { Field } from "./fields.js";

/** What a value has to be, in a few words, as in `integer, 1 to 1000`. */
export function hintOf(field: Field): string {
  switch (field.kind) {
    case "text":
      return joined(NAMES[field.input] ?? "string", range(field.minLength, field.maxLength, "characters"));
    case "number":
      return joined(field.integer ? "integer" : "number", range(field.min, field.max));
    case "flag":
      return "boolean";
    case "choice":
      return `one of ${String(field.options.length)}`;
    case "choices":
      return joined(`some of ${String(field.options.length)}`, range(field.minItems, field.maxItems));
    case "list":
      return joined("list", range(field.minItems, field.maxItems, "items"));
    case "group":
      return "object";
    case "json":
      return "JSON";
  }
}

const NAMES: Readonly<Record<string, string>> = {
  email: "email address",
  url: "URL",
  date: "date",
  time: "time",
  "datetime-local": "date and time",
};

function joined(what: string, bounds: string | undefined): string {
  return bounds === undefined ? what : `${what}, ${bounds}`;
}

/** Beyond these a bound is there for the protocol, not for whoever fills in the form. */
const EXTREME = 1e15;

function range(least: number | undefined, most: number | undefined, unit = ""): string | undefined {
  const [from, to] = [least, most].map((bound) =>
    bound === undefined || Math.abs(bound) >= EXTREME ? undefined : bound.toLocaleString("en"),
  );
  const words =
    from === undefined ? to && `at most ${to}` : to === undefined ? `at least ${from}` : `${from} to ${to}`;
  return words && unit !== "" ? `${words} ${words.endsWith(" 1") ? unit.slice(0, -1) : unit}` : words;
}
