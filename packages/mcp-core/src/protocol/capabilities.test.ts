import { describe, expect, it } from "vitest";
import { CLIENT_CAPABILITY_FOR, missingClientCapabilities, missingServerCapability } from "./capabilities.js";
import { REVISIONS, type Revision } from "./revisions.js";
import type { ClientCapabilities, ServerCapabilities } from "./types.js";

describe("missingServerCapability", () => {
  const missing = (method: string, declared: ServerCapabilities): string | undefined =>
    missingServerCapability(method, declared, "2026-07-28");

  it("names the capability a method needs and the server did not declare", () => {
    expect(missing("tools/call", {})).toBe("tools");
    expect(missing("prompts/get", { tools: {} })).toBe("prompts");
    expect(missing("completion/complete", {})).toBe("completions");
    expect(missing("resources/subscribe", { resources: {} })).toBe("resources.subscribe");
    expect(missing("resources/subscribe", { resources: { subscribe: false } })).toBe("resources.subscribe");
  });

  it("finds nothing missing where it was declared, or nothing is needed", () => {
    expect(missing("tools/call", { tools: {} })).toBeUndefined();
    expect(missing("resources/subscribe", { resources: { subscribe: true } })).toBeUndefined();
    for (const method of ["ping", "server/discover", "acme/anything", "constructor", "__proto__"]) {
      expect(missing(method, {})).toBeUndefined();
    }
  });

  it("does not ask a server of 2024-11-05 for `completions`, which it has no way to declare", () => {
    const refusing = REVISIONS.filter(
      (revision) => missingServerCapability("completion/complete", {}, revision) !== undefined,
    );
    expect(refusing).toEqual(REVISIONS.slice(1));
  });

  it("knows the methods of extensions where they are given", () => {
    const needs = new Map([["tasks/get", ["extensions", "io.example/tasks"]]]);
    const ask = (declared: ServerCapabilities) =>
      missingServerCapability("tasks/get", declared, "2026-07-28", needs);
    expect(ask({ extensions: {} })).toBe("extensions.io.example/tasks");
    expect(ask({ extensions: { "io.example/tasks": {} } })).toBeUndefined();
  });
});

describe("missingClientCapabilities", () => {
  const cases: readonly {
    readonly says: string;
    readonly required: ClientCapabilities;
    readonly declared: ClientCapabilities;
    readonly missing?: ClientCapabilities;
  }[] = [
    { says: "nothing when nothing is required", required: {}, declared: {} },
    {
      says: "a capability that was not declared",
      required: { sampling: {} },
      declared: {},
      missing: { sampling: {} },
    },
    { says: "nothing for one that was", required: { sampling: {} }, declared: { sampling: { tools: {} } } },
    {
      says: "the part of a capability that was not declared, as it was required",
      required: { sampling: { tools: {}, context: {} }, roots: { listChanged: true } },
      declared: { sampling: { context: {} }, roots: { listChanged: false } },
      missing: { sampling: { tools: {} }, roots: { listChanged: true } },
    },
    {
      says: "parts however deep",
      required: { tasks: { requests: { sampling: { createMessage: {} }, elicitation: { create: {} } } } },
      declared: { tasks: { requests: { sampling: { createMessage: {} }, elicitation: {} } } },
      missing: { tasks: { requests: { elicitation: { create: {} } } } },
    },
    {
      says: "no form where elicitation is empty",
      required: { elicitation: { form: {} } },
      declared: { elicitation: {} },
    },
    {
      says: "url where elicitation is empty",
      required: { elicitation: { url: {} } },
      declared: { elicitation: {} },
      missing: { elicitation: { url: {} } },
    },
    {
      says: "form where only url was declared",
      required: { elicitation: { form: {} } },
      declared: { elicitation: { url: {} } },
      missing: { elicitation: { form: {} } },
    },
    {
      says: "an extension by its id",
      required: { extensions: { "io.example/a": {}, "io.example/b": {} } },
      declared: { extensions: { "io.example/a": { any: "setting" } } },
      missing: { extensions: { "io.example/b": {} } },
    },
    {
      says: "a name that every object has",
      required: {
        constructor: {},
        toString: {},
        extensions: { valueOf: {} },
      },
      declared: { extensions: {} },
      missing: {
        constructor: {},
        toString: {},
        extensions: { valueOf: {} },
      },
    },
    {
      says: "one declared as something it cannot be",
      required: { sampling: {}, roots: {} },
      declared: { sampling: null, roots: true } as unknown as ClientCapabilities,
      missing: { sampling: {}, roots: {} },
    },
  ];

  it.each(cases)("says $says", ({ required, declared, missing }) => {
    expect(missingClientCapabilities(required, declared, "2026-07-28")).toEqual(missing);
  });

  it("does not take what every object inherits for declared", () => {
    const required = JSON.parse('{"__proto__":{},"constructor":{}}') as ClientCapabilities;
    const missing = missingClientCapabilities(required, {}, "2026-07-28") ?? {};
    expect(Object.keys(missing)).toEqual(["__proto__", "constructor"]);
  });

  it.each<[ClientCapabilities, ClientCapabilities, readonly Revision[]]>([
    [{ elicitation: { form: {} } }, { elicitation: {} }, REVISIONS.slice(2)],
    [{ elicitation: { form: {} } }, { elicitation: { form: {}, url: {} } }, REVISIONS.slice(2)],
    [{ elicitation: { form: {} } }, { elicitation: { other: {} } as object }, ["2025-06-18"]],
    [{ elicitation: { form: {} } }, { elicitation: { url: {} } }, []],
    [{ elicitation: { url: {} } }, { elicitation: { form: {}, url: {} } }, REVISIONS.slice(3)],
    [{ sampling: { tools: {} } }, { sampling: { tools: {} } }, REVISIONS.slice(3)],
    [{ sampling: {} }, { sampling: { tools: {} } }, REVISIONS],
    [{ roots: {}, experimental: { a: {} } }, { roots: {}, experimental: { a: {} } }, REVISIONS],
  ])("takes %j as declared with %j in the revisions that know it", (required, declared, known) => {
    const found = REVISIONS.filter(
      (revision) => missingClientCapabilities(required, declared, revision) === undefined,
    );
    expect(found).toEqual(known);
  });

  it("knows what each request to a client needs", () => {
    expect([...CLIENT_CAPABILITY_FOR.keys()].sort()).toEqual([
      "elicitation/create",
      "roots/list",
      "sampling/createMessage",
    ]);
  });
});
