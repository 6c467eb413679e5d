import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { jsonSchema } from "../../json-schema/index.js";
import type { Context } from "../context.js";
import { McpServer } from "../server.js";
import type { PromptHandle } from "./definition.js";

// The compiler checks these; running them shows that nothing else is needed to register such prompts.
const server = (): McpServer => new McpServer("s");

describe("the types of a prompt", () => {
  it("give the handler its arguments, as zod has judged them, without annotations", () => {
    const input = z.object({ code: z.string(), count: z.coerce.number().optional() });
    const handle = server().prompt("p", { input, complete: { code: ["x"] } }, (args, ctx) => {
      expectTypeOf(args).toEqualTypeOf<{ code: string; count?: number | undefined }>();
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      return args.code;
    });
    expectTypeOf(handle).toEqualTypeOf<PromptHandle>();
    expect(handle.name).toBe("p");
  });

  it("give the handler its arguments as plain JSON Schema says them", () => {
    const input = jsonSchema({ type: "object", properties: { a: { type: "string" } } } as const);
    const handle = server().prompt("p", { input }, (args) => {
      expectTypeOf(args.a).toEqualTypeOf<string | undefined>();
      return "x";
    });
    expect(handle.enabled).toBe(true);
  });

  it("give the handler of a prompt without a schema no arguments", () => {
    const handle = server().prompt("p", {}, (args) => {
      expectTypeOf(args).toEqualTypeOf<Record<string, never>>();
      return ["x", { role: "assistant", content: { type: "text", text: "y" } }];
    });
    expect(handle.enabled).toBe(true);
  });

  it("complete the arguments there are, and tell the completer what it gets", () => {
    const input = z.object({ language: z.string() });
    const complete = { language: (value: string) => [value] };
    server().prompt("p", { input, complete }, () => "x");
    server().prompt(
      "p",
      { input, complete: { language: (value, known) => [value, known.arguments["a"] ?? ""] } },
      () => "x",
    );
    expect(() =>
      // @ts-expect-error -- there is no such argument
      server().prompt("p", { input, complete: { lang: ["x"] } }, () => "x"),
    ).toThrow(TypeError);
  });

  it("refuse what no messages can be made of", () => {
    // @ts-expect-error -- a number is no message
    expect(server().prompt("p", {}, () => 5).name).toBe("p");
    // @ts-expect-error -- nothing is no message
    expect(server().prompt("p", {}, () => undefined).name).toBe("p");
  });
});
