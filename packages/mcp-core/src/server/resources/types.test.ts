import { describe, expect, expectTypeOf, it } from "vitest";
import type { Context } from "../context.js";
import { McpServer } from "../server.js";
import type { ResourceDefinition, ResourceHandle } from "./definition.js";

// The compiler checks these; running them shows that nothing else is needed to register such resources.
const server = (): McpServer => new McpServer("s");

describe("the types of a resource", () => {
  it("give the handler the variables of its template, without annotations", () => {
    const note = server().resource("note://{id}{?lang,tags*}", {}, (variables, ctx, uri) => {
      expectTypeOf(variables).toEqualTypeOf<{ id: string; lang?: string; tags?: string[] }>();
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      expectTypeOf(uri).toEqualTypeOf<string>();
      return variables.id;
    });
    expectTypeOf(note).toEqualTypeOf<ResourceHandle<"note://{id}{?lang,tags*}">>();
    expect(note.uri({ id: "1", tags: ["a", "b"] })).toBe("note://1?tags=a&tags=b");
    // @ts-expect-error -- the id is missing
    expect(note.uri({ lang: "en" })).toBe("note://?lang=en");
    // @ts-expect-error -- the variables are missing
    expect(note.uri()).toBe("note://");
  });

  it("give the handler of a resource of its own no variables, and its handle asks for none", () => {
    const config = server().resource("config://app", { size: 3 }, (variables) => {
      // @ts-expect-error -- there are none
      expect(variables.id).toBeUndefined();
    });
    config.updated();
    expect(config.uri()).toBe("config://app");
  });

  it("let templates list and complete, and their variables only", () => {
    const s = server();
    s.resource("note://{id}", { list: () => [{ uri: "note://1" }], complete: { id: ["1"] } }, () => "x");
    s.resource("note://{id}/a", { complete: { id: (value) => [value] } }, () => "x");
    // @ts-expect-error -- there is no such variable
    expect(() => s.resource("note://{id}/b", { complete: { other: ["1"] } }, () => "x")).toThrow(TypeError);
    // @ts-expect-error -- only templates list
    s.resource("config://a", { list: () => [] }, () => "x");
    // @ts-expect-error -- only resources have a size
    s.resource("config://{b}", { size: 3 }, () => "x");
  });

  it("let a handler return anything that is contents, or nothing, at once or later", () => {
    const s = server();
    s.resource("a:1", {}, () => "text");
    s.resource("a:2", {}, () => new Uint8Array());
    s.resource("a:3", {}, () => ({ any: ["data"] }));
    s.resource("a:4", {}, () => undefined);
    s.resource("a:5", {}, () => Promise.resolve({ contents: [{ uri: "a:5", text: "x" }] }));
    s.resource("a:6", {}, async () => {
      await Promise.resolve();
    });
    expect(s.info.name).toBe("s");
  });

  it("know nothing of a URI that is made up while running", () => {
    const uri: string = ["a", "{b}"].join(":");
    const definition: ResourceDefinition = { complete: { b: ["x"] }, list: () => [] };
    const handle = server().resource(uri, definition, (variables) => {
      expectTypeOf(variables).toEqualTypeOf<Record<string, string | string[] | undefined>>();
    });
    expect(handle.uri({ b: "c" })).toBe("a:c");
  });
});
