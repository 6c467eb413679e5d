import { describe, expect, it } from "vitest";
import type { JsonObject } from "../jsonrpc/messages.js";
import {
  implementationField,
  logLevelField,
  objectField,
  optionalObjectField,
  progressTokenField,
  stringField,
} from "./fields.js";

type Check = (object: JsonObject) => unknown;

const refusals: readonly [name: string, check: Check, object: JsonObject, message: string][] = [
  ["a missing string", (o) => stringField(o, "name"), {}, "params.name must be a string, not missing"],
  [
    "a number for a string",
    (o) => stringField(o, "name"),
    { name: 5 },
    "params.name must be a string, not 5",
  ],
  [
    "null for a string",
    (o) => stringField(o, "name"),
    { name: null },
    "params.name must be a string, not null",
  ],
  [
    "an array for an object",
    (o) => objectField(o, "at"),
    { at: [] },
    "params.at must be an object, not an array",
  ],
  [
    "text for an object",
    (o) => optionalObjectField(o, "at"),
    { at: "x" },
    'params.at must be an object, not "x"',
  ],
  [
    "an implementation without a version",
    (o) => implementationField(o, "clientInfo"),
    { clientInfo: { name: "x" } },
    'params.clientInfo must be an object with strings as "name" and "version", not an object',
  ],
  [
    "a level that is none",
    (o) => logLevelField(o, "level"),
    { level: "loud" },
    'params.level must be one of debug, info, notice, warning, error, critical, alert, emergency, not "loud"',
  ],
  [
    "a fraction for a progress token",
    progressTokenField,
    { progressToken: 0.5 },
    "params._meta.progressToken must be a string of at most 1024 characters or an integer, not 0.5",
  ],
  [
    "null for a progress token",
    progressTokenField,
    { progressToken: null },
    "params._meta.progressToken must be a string of at most 1024 characters or an integer, not null",
  ],
  [
    "a progress token that is too long",
    progressTokenField,
    { progressToken: "x".repeat(1025) },
    `params._meta.progressToken must be a string of at most 1024 characters or an integer, not "${"x".repeat(40)}…"`,
  ],
];

describe("fields", () => {
  it.each(refusals)("refuse %s, and say which field and why", (_, check, object, message) => {
    expect(() => check(object)).toThrow(
      expect.objectContaining({ code: -32602, message: `Invalid params: ${message}` }) as Error,
    );
  });

  it("say where a field stands", () => {
    expect(() => stringField({}, "name", "params.ref")).toThrow("params.ref.name must be a string");
  });

  it("give back what fits", () => {
    const info = { name: "n", version: "1", title: "t" };
    expect(stringField({ name: "" }, "name")).toBe("");
    expect(objectField({ at: {} }, "at")).toEqual({});
    expect(optionalObjectField({}, "at")).toBeUndefined();
    expect(implementationField({ clientInfo: info }, "clientInfo")).toEqual(info);
    expect(logLevelField({ level: "debug" }, "level")).toBe("debug");
    for (const progressToken of [undefined, "", 0, "x".repeat(1024)])
      expect(progressTokenField({ ...(progressToken !== undefined && { progressToken }) })).toBe(
        progressToken,
      );
  });
});
