import type { JsonObject, JsonValue } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { controlOf, MAX_ITEMS, type Control } from "./controls.js";
import { exampleOf } from "./example.js";
import { formOf } from "./fields.js";
import { read } from "./reading.js";

const DRAFT = {
  type: "object",
  properties: {
    title: { type: "string", minLength: 1, maxLength: 10 },
    text: { type: "string", default: "" },
    tags: { type: "array", items: { type: "string", minLength: 1 }, maxItems: 2, default: [] },
  },
  required: ["title"],
} as const;

function formFor(properties: JsonObject, required: readonly string[] = []): Control {
  return controlOf(formOf({ type: "object", properties, required }));
}

/** The control of a member, as what is typed goes into it. */
function member<Kind extends Control["kind"]>(
  form: Control,
  name: string,
  kind: Kind,
): Extract<Control, { kind: Kind }> {
  const found = form.kind === "group" ? form.members.get(name) : undefined;
  if (found?.kind !== kind) throw new Error(`There is no ${kind} ${name}`);
  return found as Extract<Control, { kind: Kind }>; // just checked
}

const messagesOf = (form: Control): readonly string[] => read(form).problems.map(({ message }) => message);

describe("what is read from a form", () => {
  it.each<[JsonObject, JsonValue]>([
    [{ type: "string" }, "a"],
    [{ type: "string", format: "date" }, "2030-05-01"],
    [{ type: "string", format: "date-time" }, "2030-05-01T12:30:00.000Z"],
    [{ type: "integer" }, 3],
    [{ type: "number" }, 0.5],
    [{ type: "boolean" }, true],
    [{ enum: ["a", 2, null, { b: 1 }] }, { b: 1 }],
    [{ type: "array", items: { enum: ["a", "b"] } }, ["b"]],
    [{ type: "array", items: { type: "number" } }, [1, 2]],
    [{ type: "array", items: DRAFT }, [{ title: "A", tags: ["x"] }]],
    [DRAFT, { title: "A" }],
    [{}, { any: ["thing"] }],
  ])("of %j is what was put in: %j", (schema, value) => {
    const form = controlOf(formOf({ type: "object", properties: { it: schema } }), { it: value });
    expect(read(form)).toEqual({ value: { it: value }, problems: [] });
  });

  it("leaves out what is optional and blank", () => {
    const form = formFor({
      text: { type: "string" },
      number: { type: "number" },
      flag: { type: "boolean" },
      choice: { enum: [1] },
      list: { type: "array", items: {} },
      group: DRAFT,
      json: {},
    });
    expect(read(form)).toEqual({ value: {}, problems: [] });
  });

  it("begins with the defaults, and says when one of them is taken away", () => {
    const form = formFor({
      text: { type: "string", default: "a" },
      flag: { type: "boolean", default: true },
      list: { type: "array", items: {}, default: [1] },
    });
    expect(read(form).value).toEqual({ text: "a", flag: true, list: [1] });
    member(form, "text", "text").text = "";
    member(form, "flag", "flag").on = false;
    member(form, "list", "list").items.pop();
    expect(read(form)).toEqual({ value: { text: "", flag: false, list: [] }, problems: [] });
  });

  it("has what is required even when it is blank, where blank is a value", () => {
    const form = formFor({ flag: { type: "boolean" }, list: { type: "array", items: {} } }, ["flag", "list"]);
    expect(read(form)).toEqual({ value: { flag: false, list: [] }, problems: [] });
  });

  it("has a group as soon as something is in it, and then all that it requires", () => {
    const form = formFor({ group: DRAFT });
    expect(messagesOf(form)).toEqual([]);
    member(member(form, "group", "group"), "text", "text").text = "b";
    expect(messagesOf(form)).toEqual(["This is required"]);
  });

  it.each<[JsonObject, JsonValue, string]>([
    [{ type: "string", minLength: 2 }, "a", "At least 2 characters"],
    [{ type: "string", maxLength: 1 }, "ab", "At most 1 characters, not 2"],
    [{ type: "string", format: "email" }, "nobody", "This is no email address"],
    [{ type: "string", format: "uri" }, "no where", "This is no URL; one begins as in https://"],
    [{ type: "integer" }, 1.5, "This has to be a whole number"],
    [{ type: "number", minimum: 1 }, 0, "At least 1"],
    [{ type: "number", maximum: 1 }, 2, "At most 1"],
    [{ type: "array", items: {}, minItems: 2 }, [1], "This is required"],
    [{ type: "array", items: {}, maxItems: 1 }, [1, 2], "At most 1"],
  ])("of %j is not %j", (schema, value, message) => {
    const form = controlOf(formOf({ type: "object", properties: { it: schema } }), { it: value });
    expect(messagesOf(form)).toEqual([message]);
  });

  it("counts characters, not the halves of them", () => {
    const form = controlOf(formOf({ type: "object", properties: { it: { type: "string", maxLength: 1 } } }), {
      it: "🚣",
    });
    expect(messagesOf(form)).toEqual([]);
  });

  it("takes JSON apart where there is no form, and says what is wrong with it", () => {
    const form = formFor({ it: {} });
    member(form, "it", "json").text = "{";
    expect(messagesOf(form)[0]).toMatch(/^This is no JSON: /);
  });

  it("shows as JSON a list that is too long for a form", () => {
    const list = Array.from({ length: MAX_ITEMS + 1 }, (_, index) => index);
    const form = controlOf(formOf({ type: "object", properties: { it: { type: "array", items: {} } } }), {
      it: list,
    });
    expect(member(form, "it", "json").kind).toBe("json");
    expect(read(form).value).toEqual({ it: list });
  });

  it("has members of whatever name", () => {
    const properties = Object.fromEntries([
      ["__proto__", { type: "string" }],
      ["constructor", { type: "string" }],
    ]);
    const form = formFor(properties);
    expect(read(form).value).toEqual({});
    member(form, "__proto__", "text").text = "a";
    expect(JSON.stringify(read(form).value)).toBe('{"__proto__":"a"}');
  });
});

describe("an example", () => {
  it("fits the schema it is made for", () => {
    const field = formOf({
      type: "object",
      properties: {
        notes: { type: "array", items: DRAFT, minItems: 1, maxItems: 10_000 },
        perSecond: { type: "number", minimum: 1 },
        tag: { type: "string" },
        day: { type: "string", format: "date" },
      },
      required: ["notes", "day"],
    });
    const example = exampleOf(field);
    expect(example).toEqual({
      notes: [1, 2, 3, 4, 5].map((nth) => ({ title: `Title ${String(nth)}` })),
      perSecond: 1,
      day: "2030-05-01",
    });
    expect(read(controlOf(field, example))).toEqual({ value: example, problems: [] });
  });
});
