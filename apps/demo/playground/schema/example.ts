import type { JsonValue } from "@towpath/mcp-core";
import type { Field, ListField, NumberField, TextField } from "./fields.js";

const TEXTS: Readonly<Record<string, string>> = {
  email: "ada@example.com",
  url: "https://example.com/",
  date: "2030-05-01",
  time: "12:00",
  "datetime-local": "2030-05-01T12:00:00Z",
};

const ITEMS = 5;

/** A value that fits a field, to begin with. What is optional is mostly left out. */
export function exampleOf(field: Field, name = "", nth = 1): JsonValue {
  switch (field.kind) {
    case "text":
      return textOf(field, name, nth);
    case "number":
      return numberOf(field);
    case "flag":
      return field.initial ?? false;
    case "choice":
      return field.initial ?? field.options[0]?.value ?? null;
    case "choices":
      return (
        field.initial ?? field.options.slice(0, Math.max(1, field.minItems ?? 0)).map(({ value }) => value)
      );
    case "list":
      return Array.from({ length: countOf(field) }, (_, index) => exampleOf(field.item, name, index + 1));
    case "group": {
      const members = field.members.filter(({ required, field: { kind } }) => required || kind === "number");
      return Object.fromEntries(
        members.map((member) => [member.name, exampleOf(member.field, member.name, nth)]),
      );
    }
    case "json":
      return field.initial ?? {};
  }
}

function textOf(
  { input, initial, minLength = 0, maxLength = Infinity }: TextField,
  name: string,
  nth: number,
): string {
  if (typeof initial === "string" && initial !== "") return initial;
  const words = `${name.slice(0, 1).toUpperCase()}${name.slice(1)} ${String(nth)}`.trim();
  const text = TEXTS[input] ?? words;
  return text.padEnd(Math.min(minLength, 1000), ".").slice(0, maxLength);
}

function numberOf({ initial, min, max, integer }: NumberField): JsonValue {
  if (typeof initial === "number") return initial;
  const [least = -Infinity, most = Infinity] = [min, max];
  const value = Math.min(Math.max(1, least), most);
  return integer ? Math.round(value) : value;
}

function countOf({ minItems = 0, maxItems = Infinity }: ListField): number {
  return Math.min(Math.max(minItems, Math.min(ITEMS, maxItems)), 1000);
}
