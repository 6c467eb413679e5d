import { describe, expect, it } from "vitest";
import { connected, EVERYTHING, type Connected } from "../../test/support/connected.js";
import { settled } from "../../test/support/link.js";
import { legacy, type Script } from "../../test/support/scripted-server.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";

const schema: JsonObject = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };

interface World {
  /** What `tools/list` answers; nothing is refused with an error. */
  tools?: JsonObject[];
  /** What `tools/call` answers. */
  result: JsonObject;
}

const tool = (name: string, outputSchema?: JsonValue): JsonObject => ({
  name,
  inputSchema: { type: "object" },
  ...(outputSchema !== undefined && { outputSchema }),
});

const structured = (structuredContent: JsonValue): JsonObject => ({ content: [], structuredContent });

/** A server whose answers may change. */
function serving(world: World): Script {
  return ({ id, method }, to) => {
    if (method === "tools/call") to.result(id, world.result);
    else if (world.tools === undefined) to.error(id, -32603);
    else to.result(id, { tools: world.tools });
  };
}

const methods = (c: Connected): unknown[] => c.asked().map(({ method }) => method);

describe("structured content of a tool that was listed", () => {
  const listed = async (world: World, options = {}): Promise<Connected> => {
    const c = await connected(serving(world), options);
    await c.client.listTools();
    return c;
  };

  it("passes when it fits the tool's output schema, at no further request", async () => {
    const c = await listed({ tools: [tool("t", schema)], result: structured({ a: 1 }) });
    expect(await c.client.callTool("t")).toEqual(structured({ a: 1 }));
    expect(methods(c)).toEqual(["tools/list", "tools/call"]);
  });

  it("is refused when it does not fit, with what is wrong", async () => {
    const c = await listed({ tools: [tool("t", schema)], result: structured({ a: "one" }) });
    await expect(c.client.callTool("t")).rejects.toMatchObject({
      name: "InvalidResultError",
      message: expect.stringMatching(/tools\/call: the result of t does not fit .*: a: /) as string,
    });
  });

  it("is refused when it is missing", async () => {
    const c = await listed({ tools: [tool("t", schema)], result: { content: [] } });
    await expect(c.client.callTool("t")).rejects.toThrow("the result of t has no structuredContent");
  });

  it.each([[null], [false], [0], [""], [[]]])("may be %j", async (value) => {
    const world: World = { tools: [tool("t", { const: value })], result: structured(value) };
    const c = await listed(world);
    expect(await c.client.callTool("t")).toEqual(structured(value));
    world.result = structured({});
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });

  it("is not asked for when the tool failed, or has no output schema", async () => {
    const world: World = { tools: [tool("t", schema), tool("u")], result: { content: [], isError: true } };
    const c = await listed(world);
    expect(await c.client.callTool("t")).toEqual(world.result);
    for (const result of [{ content: [] }, structured({ a: "one" })]) {
      world.result = result;
      expect(await c.client.callTool("u")).toEqual(result);
    }
    expect(methods(c)).toHaveLength(4);
  });

  it("passes when the schema is another by now", async () => {
    const world: World = { tools: [tool("t", schema)], result: structured({ a: "one" }) };
    const c = await listed(world);
    world.tools = [tool("t", { type: "object" })];
    expect(await c.client.callTool("t")).toEqual(world.result);
    expect(methods(c)).toEqual(["tools/list", "tools/call", "tools/list"]);
  });

  it("is refused as well when the tools cannot be listed again", async () => {
    const world: World = { tools: [tool("t", schema)], result: structured({ a: "one" }) };
    const c = await listed(world);
    delete world.tools;
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });

  it("lists the tools again once for all that do not fit at the same time", async () => {
    const c = await listed({ tools: [tool("t", schema)], result: structured({}) });
    const calls = await Promise.allSettled([1, 2, 3].map(() => c.client.callTool("t")));
    expect(calls.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(methods(c).filter((method) => method === "tools/list")).toHaveLength(2);
  });

  it.each([
    ["refers to another document", { $ref: "https://example.org/schema.json" }],
    ["is of an unknown dialect", { $schema: "https://example.org/dialect" }],
    ["is none", { type: "spoon" }],
  ])("passes when the schema %s, and that is told once", async (_, unusable) => {
    const noise: string[] = [];
    const options = { onNoise: (what: string) => noise.push(what) };
    const c = await listed({ tools: [tool("t", unusable)], result: structured({ a: 1 }) }, options);
    await c.client.callTool("t");
    await c.client.callTool("t");
    expect(noise).toEqual([expect.stringMatching(/output schema that cannot be used, of t: /)]);
  });

  it("is held against the schema within the limits and with the engine that the client was given", async () => {
    const patterns: string[] = [];
    const createPattern = (source: string) => {
      patterns.push(source);
      return { test: () => false };
    };
    const c = await listed(
      { tools: [tool("t", { pattern: "^(a+)+$" })], result: structured("aaaa") },
      { validateOutput: { createPattern } },
    );
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
    expect(new Set(patterns)).toEqual(new Set(["^(a+)+$"]));
  });

  it("is held against no regular expression of the server's unasked, and refused for what depends on none", async () => {
    const properties = { name: { type: "string", pattern: "^(a+)+$" }, count: { type: "number" } };
    const world = { tools: [tool("t", { properties })], result: structured({ name: `${"a".repeat(64)}!` }) };
    const c = await listed(world);
    expect(await c.client.callTool("t")).toEqual(world.result);
    world.result = structured({ name: 5 });
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
    world.result = structured({ count: "one" });
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });

  it("is not looked at when the client is told not to", async () => {
    const c = await listed({ tools: [tool("t", schema)], result: structured({}) }, { validateOutput: false });
    expect(await c.client.callTool("t")).toEqual(structured({}));
  });
});

describe("structured content of a tool that is not known", () => {
  it("has the tools listed, once, and is held against the schema found", async () => {
    const world: World = { tools: [tool("t", schema)], result: structured({ a: 1 }) };
    const c = await connected(serving(world));
    await Promise.all([c.client.callTool("t"), c.client.callTool("t"), c.client.callTool("other")]);
    expect(await c.client.callTool("other")).toEqual(world.result);
    expect(methods(c).filter((method) => method === "tools/list")).toHaveLength(1);
    world.result = structured({});
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });

  it("passes when the tools cannot be listed", async () => {
    const c = await connected(serving({ result: structured({ a: 1 }) }));
    expect(await c.client.callTool("t")).toEqual(structured({ a: 1 }));
    await c.client.callTool("t");
    expect(methods(c)).toEqual(["tools/call", "tools/list", "tools/call"]);
  });

  it("keeps nobody waiting for the list who gives up", async () => {
    const c = await connected(({ id, method }, to) => {
      if (method === "tools/call") to.result(id, structured({ a: 1 }));
    });
    const controller = new AbortController();
    const call = c.client.callTool("t", {}, { signal: controller.signal });
    await settled();
    expect(methods(c)).toEqual(["tools/call", "tools/list"]);
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await c.client.close();
  });

  it("is looked for anew after the tools have changed", async () => {
    const world: World = { tools: [], result: structured({}) };
    const c = await connected(serving(world));
    await c.client.callTool("t");
    world.tools = [tool("t", schema)];
    expect(await c.client.callTool("t")).toEqual(structured({}));
    c.end.send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });

  it("is looked for anew on a new connection", async () => {
    const world: World = { tools: [], result: structured({}) };
    const c = await connected(serving(world), { reconnect: { attempts: 1, windowMs: 1_000 } });
    await c.client.callTool("t");
    world.tools = [tool("t", schema)];
    c.end.lose("gone");
    await settled();
    await expect(c.client.callTool("t")).rejects.toThrow("does not fit");
  });
});

it.each([
  ["2025-03-26", "passes"],
  ["2025-06-18", "is refused"],
] as const)("from a server of %s, what does not fit %s", async (revision, outcome) => {
  const world: World = { tools: [tool("t", schema)], result: structured({}) };
  const script = serving(world);
  const { client } = await connected(script, {}, legacy(script, EVERYTHING, revision));
  const call = client.callTool("t");
  if (outcome === "passes") expect(await call).toEqual(world.result);
  else await expect(call).rejects.toThrow("does not fit");
});
