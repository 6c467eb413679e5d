import type { JsonValue } from "@towpath/mcp-core";
import { textValue, type Control, type ControlOf } from "./controls.js";

/** What is wrong with what was put into a control. */
export interface Problem {
  readonly control: Control;
  readonly message: string;
}

/** The value of a form, `undefined` where it is left out, and what is wrong with it. */
export interface Reading {
  readonly value: JsonValue | undefined;
  readonly problems: readonly Problem[];
}

const ABSENT: Reading = { value: undefined, problems: [] };

/** Reads what was put into a control. What is optional and blank is left out, unless its default says otherwise. */
export function read(control: Control, required = true): Reading {
  if (isBlank(control)) return blank(control, required);
  switch (control.kind) {
    case "text":
      return of(control, textValue(control), textProblem(control));
    case "number":
      return of(control, Number(control.text), numberProblem(control));
    case "flag":
      return of(control, true);
    case "choice":
      return of(control, control.field.options[control.index ?? -1]?.value);
    case "choices":
      return of(control, chosenOf(control), countProblem(control.chosen.size, control.field));
    case "list":
      return listReading(control);
    case "group":
      return groupReading(control);
    case "json":
      return jsonReading(control);
  }
}

function isBlank(control: Control): boolean {
  switch (control.kind) {
    case "text":
    case "number":
    case "json":
      return control.text.trim() === "";
    case "flag":
      return !control.on;
    case "choice":
      return control.index === undefined;
    case "choices":
      return control.chosen.size === 0;
    case "list":
      return control.items.length === 0;
    case "group":
      return [...control.members.values()].every(isBlank);
  }
}

const EMPTY: ReadonlySet<unknown> = new Set([undefined, null, "", false]);

function blank(control: Control, required: boolean): Reading {
  const { field, kind } = control;
  const hasDefault = !EMPTY.has(field.initial) && JSON.stringify(field.initial) !== "[]";
  if (kind === "group") return required ? groupReading(control) : ABSENT;
  if (kind === "flag") return required || hasDefault ? of(control, false) : ABSENT;
  if (kind === "list" || kind === "choices") {
    const isSent = required || hasDefault;
    return isSent ? of(control, [], countProblem(0, control.field)) : ABSENT;
  }
  const takesEmpty = kind === "text" && field.initial !== undefined && (control.field.minLength ?? 0) === 0;
  if (takesEmpty && (required || hasDefault)) return of(control, "");
  return required ? of(control, undefined, "This is required") : ABSENT;
}

function listReading(control: ControlOf<"list">): Reading {
  const readings = control.items.map((item) => read(item));
  const own = problemsOf(control, countProblem(readings.length, control.field));
  return {
    value: readings.map(({ value }) => value ?? null),
    problems: [...own, ...readings.flatMap(({ problems }) => problems)],
  };
}

function groupReading({ field, members }: ControlOf<"group">): Reading {
  const readings = field.members.flatMap(({ name, required }) => {
    const member = members.get(name);
    return member === undefined ? [] : [{ name, ...read(member, required) }];
  });
  const present = readings.filter(({ value }) => value !== undefined);
  return {
    // As its own members, whatever their names are.
    value: Object.fromEntries(present.map(({ name, value }) => [name, value])),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

function jsonReading(control: ControlOf<"json">): Reading {
  try {
    return of(control, JSON.parse(control.text) as JsonValue); // which is what it gives
  } catch (error) {
    return of(
      control,
      undefined,
      `This is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function chosenOf({ field, chosen }: ControlOf<"choices">): JsonValue {
  return field.options.filter((_option, index) => chosen.has(index)).map(({ value }) => value);
}

function textProblem({ field, text }: ControlOf<"text">): string | undefined {
  const { minLength = 0, maxLength = Infinity } = field;
  // JSON Schema counts characters, not UTF-16 units.
  const length = Array.from(text).length;
  if (length < minLength) return `At least ${String(minLength)} characters`;
  if (length > maxLength) return `At most ${String(maxLength)} characters, not ${String(length)}`;
  if (field.input === "email" && !/^[^@\s]+@[^@\s]+$/.test(text)) return "This is no email address";
  if (field.input === "url" && !URL.canParse(text)) return "This is no URL; one begins as in https://";
  return undefined;
}

function numberProblem({ field, text }: ControlOf<"number">): string | undefined {
  const { min = -Infinity, max = Infinity, integer } = field;
  const value = Number(text);
  if (!Number.isFinite(value)) return "This is no number";
  if (integer && !Number.isInteger(value)) return "This has to be a whole number";
  if (value < min) return `At least ${String(min)}`;
  return value > max ? `At most ${String(max)}` : undefined;
}

interface Counted {
  readonly minItems?: number;
  readonly maxItems?: number;
}

function countProblem(count: number, { minItems = 0, maxItems = Infinity }: Counted): string | undefined {
  if (count < minItems) return `At least ${String(minItems)}`;
  return count > maxItems ? `At most ${String(maxItems)}` : undefined;
}

function of(control: Control, value: JsonValue | undefined, problem?: string): Reading {
  return { value, problems: problemsOf(control, problem) };
}

function problemsOf(control: Control, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ control, message }];
}
