import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { jsonSchema } from "../../json-schema/index.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { CallToolResult } from "../../protocol/types.js";
import type { Context } from "../context.js";
import { McpServer } from "../server.js";
import type { ToolHandle, ToolReturn } from "./definition.js";

// The compiler checks these; running them shows that nothing else is needed to register such tools.
const server = (): McpServer => new McpServer("s");

describe("the types of a tool", () => {
  it("give the handler its arguments, as zod has judged them, without annotations", () => {
    const input = z.object({
      a: z.number(),
      unit: z.string().default("kg"),
      at: z.string().transform(Number),
    });
    const handle = server().tool("t", { input: z.object({ a: z.number() }) }, ({ a }, ctx) => {
      expectTypeOf(a).toEqualTypeOf<number>();
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      return a + 1;
    });
    expectTypeOf(handle).toEqualTypeOf<ToolHandle>();
    expect(() =>
      server().tool("t", { input }, (args) => {
        expectTypeOf(args).toEqualTypeOf<{ a: number; unit: string; at: number }>();
      }),
    ).not.toThrow();
  });

  it("give the handler its arguments as plain JSON Schema says them", () => {
    const input = jsonSchema({
      type: "object",
      properties: { a: { type: "number" }, tags: { type: "array", items: { type: "string" } } },
      required: ["a"],
    } as const);
    const handle = server().tool("t", { input }, (args) => {
      expectTypeOf(args.a).toEqualTypeOf<number>();
      expectTypeOf(args.tags?.[0]).toEqualTypeOf<string | undefined>();
    });
    expect(handle.name).toBe("t");
  });

  it("give the handler of a tool without an input schema no arguments", () => {
    server().tool("t", {}, (args) => {
      expectTypeOf(args).toEqualTypeOf<Record<string, never>>();
      // @ts-expect-error -- there are none
      args.a satisfies string;
    });
    expect(server().tool("t", {}, () => "text").enabled).toBe(true);
  });

  it("let a handler return anything that is content, or nothing, at once or later", () => {
    const s = server();
    s.tool("text", {}, () => "text");
    s.tool("number", {}, () => 5);
    s.tool("boolean", {}, () => true);
    s.tool("null", {}, () => null);
    s.tool("nothing", {}, () => undefined);
    s.tool("void", {}, () => {
      expect(s).toBeDefined();
    });
    s.tool("object", {}, async () => Promise.resolve({ a: 1 }));
    s.tool("interface", {}, (): CallToolResult => ({ content: [{ type: "text", text: "a" }] }));
    s.tool("blocks", {}, () => [{ type: "text", text: "a" }]);
    // @ts-expect-error -- a symbol is no content
    s.tool("symbol", {}, () => Symbol("s"));
    // @ts-expect-error -- nor is a BigInt
    s.tool("bigint", {}, () => 5n);
    expect(s.info.name).toBe("s");
  });

  it("hold a handler to its output schema, or to a whole result", () => {
    const s = server();
    const output = z.object({ sum: z.number(), unit: z.string().default("kg") });
    s.tool("fits", { output }, () => ({ sum: 5 }));
    s.tool("later", { output }, async () => Promise.resolve({ sum: 5, unit: "g" }));
    s.tool("whole", { output }, () => ({
      content: [{ type: "text", text: "5" }],
      structuredContent: { sum: 5 },
    }));
    // @ts-expect-error -- text where a number has to be
    s.tool("misfit", { output }, () => ({ sum: "5" }));
    // @ts-expect-error -- the number is missing
    s.tool("missing", { output }, () => ({}));
    // @ts-expect-error -- text is no structured content
    s.tool("text", { output }, () => "5");
    // @ts-expect-error -- nothing is not, either
    s.tool("nothing", { output }, () => undefined);
    expectTypeOf<ToolReturn<typeof output>>().toEqualTypeOf<
      { sum: number; unit?: string | undefined } | CallToolResult
    >();
    expect(s.info.name).toBe("s");
  });

  it("take no schema that is none", () => {
    const s = server();
    // @ts-expect-error -- plain JSON Schema has to be wrapped
    expect(() => s.tool("bare", { input: { type: "object" } }, () => "x")).toThrow(TypeError);
    // @ts-expect-error -- nor is this one
    expect(() => s.tool("number", { input: 5 }, () => "x")).toThrow(TypeError);
  });

  it("know zod's schemas as Standard Schemas, of what goes in and what comes out", () => {
    expectTypeOf(z.string().transform(Number)).toExtend<StandardSchema<string, number>>();
    expectTypeOf(z.string()).not.toExtend<StandardSchema<number>>();
  });
});
