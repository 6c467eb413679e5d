import type { JsonObject, JsonValue } from "@towpath/mcp-core";
import { isoOf, localOf } from "./date-time.js";
import type {
  ChoiceField,
  ChoicesField,
  Field,
  FlagField,
  GroupField,
  JsonField,
  ListField,
  NumberField,
  TextField,
} from "./fields.js";
import { isObject } from "./is-object.js";

/** A field of a form, and what has been put into it so far. */
export type Control =
  | { readonly kind: "text"; readonly field: TextField; text: string }
  | { readonly kind: "number"; readonly field: NumberField; text: string }
  | { readonly kind: "flag"; readonly field: FlagField; on: boolean }
  | { readonly kind: "choice"; readonly field: ChoiceField; index: number | undefined }
  | { readonly kind: "choices"; readonly field: ChoicesField; readonly chosen: Set<number> }
  | { readonly kind: "list"; readonly field: ListField; readonly items: Control[] }
  | { readonly kind: "group"; readonly field: GroupField; readonly members: ReadonlyMap<string, Control> }
  | { readonly kind: "json"; readonly field: JsonField; text: string };

export type ControlOf<Kind extends Control["kind"]> = Extract<Control, { readonly kind: Kind }>;

/** A longer list is edited as JSON. */
export const MAX_ITEMS = 50;

/** A control with a value in it; without one, with the field's default. What does not fit is shown as JSON. */
export function controlOf(field: Field, value: JsonValue | undefined = field.initial): Control {
  switch (field.kind) {
    case "text":
      return { kind: "text", field, text: typeof value === "string" ? shown(field, value) : "" };
    case "number":
      return { kind: "number", field, text: typeof value === "number" ? String(value) : "" };
    case "flag":
      return { kind: "flag", field, on: value === true };
    case "choice": {
      const index = indexOf(field, value);
      return { kind: "choice", field, index: index === -1 ? undefined : index };
    }
    case "choices": {
      const chosen = listOf(value).map((one) => indexOf(field, one));
      return { kind: "choices", field, chosen: new Set(chosen.filter((index) => index !== -1)) };
    }
    case "list":
      return listControl(field, value);
    case "group":
      return { kind: "group", field, members: membersOf(field, isObject(value) ? value : {}) };
    case "json":
      return { kind: "json", field, text: value === undefined ? "" : JSON.stringify(value, null, 2) };
  }
}

function listControl(field: ListField, value: JsonValue | undefined): Control {
  const given = listOf(value);
  if (given.length > MAX_ITEMS) {
    const { item: _item, kind: _kind, ...about } = field;
    return controlOf({ ...about, kind: "json" }, value);
  }
  const items = given.map((one) => controlOf(field.item, one));
  // What has to be there can as well be shown at once.
  const missing = Math.min(field.minItems ?? 0, MAX_ITEMS) - items.length;
  for (let added = 0; added < missing; added++) items.push(controlOf(field.item));
  return { kind: "list", field, items };
}

function membersOf({ members }: GroupField, value: JsonObject): Map<string, Control> {
  return new Map(
    members.map(({ name, field }) => [
      name,
      controlOf(field, Object.hasOwn(value, name) ? value[name] : field.initial),
    ]),
  );
}

function shown({ input }: TextField, value: string): string {
  return input === "datetime-local" ? localOf(value) : value;
}

/** As it goes out. */
export function textValue({ field, text }: ControlOf<"text">): string {
  return field.input === "datetime-local" ? isoOf(text) : text;
}

function indexOf({ options }: ChoiceField | ChoicesField, value: JsonValue | undefined): number {
  const wanted = JSON.stringify(value);
  return options.findIndex((option) => JSON.stringify(option.value) === wanted);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
