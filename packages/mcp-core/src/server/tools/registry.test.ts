import { describe, expect, it } from "vitest";
import { z } from "zod";
import { handshaken, openLink, settled, type Wire } from "../../../test/support/link.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { jsonSchema } from "../../json-schema/index.js";
import { HANDSHAKE_REVISIONS } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import { McpServer } from "../server.js";

const CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

async function list(server: McpServer, params: JsonObject = {}): Promise<JsonObject> {
  return (await openLink(server).stateless("tools/list", params))?.result ?? {};
}

async function names(server: McpServer): Promise<string[]> {
  return ((await list(server))["tools"] as { name: string }[]).map(({ name }) => name);
}

function withTools(...tools: string[]): McpServer {
  const server = new McpServer("s");
  for (const name of tools) server.tool(name, {}, () => name);
  return server;
}

describe("registering a tool", () => {
  it.each(["", "with space", "a/b", "ünicode", "a,b", "x".repeat(129), "line\nbreak"])(
    "refuses the name %j",
    (name) => {
      expect(() => new McpServer("s").tool(name, {}, () => "x")).toThrow(
        expect.objectContaining({
          name: "TypeError",
          message: expect.stringContaining("1 to 128") as string,
        }) as Error,
      );
    },
  );

  it("refuses a name that is taken, also by a disabled tool, and leaves the first as it was", async () => {
    const server = withTools();
    const handle = server.tool("a", { description: "first" }, () => "first");
    expect(() => server.tool("a", {}, () => "second")).toThrow('There is a tool "a" already');
    handle.disable();
    expect(() => server.tool("a", {}, () => "second")).toThrow(TypeError);
    handle.enable();
    expect(await list(server)).toMatchObject({ tools: [{ name: "a", description: "first" }] });
  });

  it("refuses a bare JSON Schema, and says how to wrap it", () => {
    const bare = { type: "object" } as unknown as StandardSchema;
    expect(() => new McpServer("s").tool("a", { input: bare }, () => "x")).toThrow(
      /input schema of tool "a".*jsonSchema\(\).*@towpath\/mcp-core\/json-schema/,
    );
    expect(() => new McpServer("s").tool("a", { output: bare }, () => ({}))).toThrow(
      /output schema of tool "a"/,
    );
  });

  it.each<[string, unknown[], RegExp]>([
    ["no definition", ["a", () => "a"], /definition of tool "a" must be an object.*a function/],
    ["an undefined definition", ["a", undefined, () => "a"], /definition of tool "a".*missing/],
    ["a list for a definition", ["a", [], () => "a"], /definition of tool "a".*an array/],
    ["no handler", ["a", {}], /handler of tool "a" must be a function; it is missing/],
    ["something else for a handler", ["a", {}, "a"], /handler of tool "a".*"a"/],
    ["an input schema that is null", ["a", { input: null }, () => "a"], /input schema of tool "a".*null/],
    ["an output schema that is text", ["a", { output: "x" }, () => "a"], /output schema of tool "a".*"x"/],
    ["an object of schemas", ["a", { input: { n: z.number() } }, () => "a"], /z\.object/],
  ])("refuses %s, and says what is expected", (_, args, message) => {
    const server = new McpServer("s");
    const register = (...given: unknown[]): unknown => Reflect.apply(server.tool, server, given);
    expect(() => register(...args)).toThrow(TypeError);
    expect(() => register(...args)).toThrow(message);
  });

  it("takes a Standard Schema that is an object of a class", async () => {
    const anyObject = (): Record<string, unknown> => ({ type: "object" });
    class OwnSchema {
      readonly version = 1;
      readonly vendor = "own";
      readonly jsonSchema = { input: anyObject, output: anyObject };
      readonly #allowed = "n";
      validate(value: unknown): { value: unknown } | { issues: { message: string }[] } {
        return this.#allowed in (value as object) ? { value } : { issues: [{ message: "n is missing" }] };
      }
    }
    const server = new McpServer("s");
    server.tool("a", { input: { "~standard": new OwnSchema() } }, () => "a");
    const { stateless } = openLink(server);
    const reply = await stateless("tools/call", { name: "a", arguments: { n: 1 } });
    expect(reply?.result).toMatchObject({ content: [{ text: "a" }] });
    const refused = await stateless("tools/call", { name: "a", arguments: {} });
    expect(refused?.result).toMatchObject({ isError: true });
  });

  it("refuses schemas of a zod that is too old, and says so", () => {
    const string = { _def: { typeName: "ZodString" }, safeParse: () => ({}) };
    for (const input of [string, { name: string }])
      expect(() => new McpServer("s").tool("a", { input: input as never }, () => "x")).toThrow(
        'The input schema of tool "a" is no Standard Schema. It is of a version of zod that is too old. Use zod 4.2 or later',
      );
  });

  it.each([
    ["inputSchema", "input"],
    ["parameters", "input"],
    ["outputSchema", "output"],
  ])("refuses a schema under the name of %s, and says where it goes", (name, place) => {
    const register = (definition: object): unknown => new McpServer("s").tool("a", definition, () => "x");
    const schema = z.object({ n: z.number() });
    expect(() => register({ [name]: schema })).toThrow(
      new TypeError(`The definition of tool "a" has "${name}": the schema goes into "${place}"`),
    );
    for (const definition of [{ [name]: undefined }, { [name]: schema, [place]: schema }])
      expect(() => register(definition)).not.toThrow();
  });

  it("refuses a Standard Schema that cannot emit JSON Schema, and names its library", () => {
    const input: StandardSchema = {
      "~standard": { version: 1, vendor: "acme", validate: (value) => ({ value }) },
    };
    expect(() => new McpServer("s").tool("a", { input }, () => "x")).toThrow(
      /\(acme\) cannot emit JSON Schema.*zod/,
    );
  });

  it("refuses a schema with a part that JSON Schema cannot say", () => {
    expect(() => new McpServer("s").tool("a", { input: z.object({ when: z.date() }) }, () => "x")).toThrow(
      /input schema of tool "a" cannot be written as JSON Schema/,
    );
  });

  it("refuses arguments that are no object", () => {
    for (const input of [
      z.string(),
      z.array(z.string()),
      z.union([z.object({}), z.string()]),
      jsonSchema({}),
    ]) {
      expect(() => new McpServer("s").tool("a", { input }, () => "x")).toThrow('needs "type": "object"');
    }
  });

  it("leaves nothing behind when it refuses", async () => {
    const server = withTools("a");
    expect(() => server.tool("b", { input: z.string() }, () => "x")).toThrow(TypeError);
    expect(await names(server)).toEqual(["a"]);
    server.tool("b", {}, () => "now");
    expect(await names(server)).toEqual(["a", "b"]);
  });
});

describe("the list of tools", () => {
  const full = {
    title: "T",
    description: "D",
    icons: [{ src: "https://example.com/i.png" }],
    annotations: { readOnlyHint: true },
    _meta: { "acme/x": 1 },
    input: jsonSchema({ type: "object", properties: { a: { type: "string" } } }),
    output: jsonSchema({ type: "object" }),
  };

  it("describes a tool as the revision can", async () => {
    const server = new McpServer("s");
    server.tool("a", full, () => ({}));
    const told = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const reply = await (await handshaken(server, revision)).request("tools/list");
        return Object.keys((reply?.result?.["tools"] as [object])[0]).sort();
      }),
    );
    const oldest = ["description", "inputSchema", "name"];
    const annotated = ["annotations", ...oldest];
    const structured = ["_meta", ...annotated, "outputSchema", "title"];
    expect(told).toEqual([
      oldest,
      annotated,
      structured,
      ["_meta", "annotations", "description", "icons", ...structured.slice(3)],
    ]);
    expect(await list(server)).toMatchObject({
      tools: [
        {
          name: "a",
          title: "T",
          description: "D",
          icons: full.icons,
          annotations: full.annotations,
          _meta: full._meta,
          inputSchema: { type: "object", properties: { a: { type: "string" } } },
          outputSchema: { type: "object" },
        },
      ],
    });
  });

  it("shows what a zod schema takes and gives", async () => {
    const server = new McpServer("s");
    const input = z.object({ n: z.number().default(1) });
    server.tool("a", { input, output: input }, ({ n }) => ({ n }));
    const [tool] = (await list(server))["tools"] as [{ inputSchema: JsonObject; outputSchema: JsonObject }];
    expect(tool.inputSchema).toMatchObject({
      type: "object",
      properties: { n: { type: "number", default: 1 } },
    });
    expect(tool.inputSchema["required"] ?? []).toEqual([]);
    expect(tool.outputSchema).toMatchObject({ type: "object", required: ["n"] });
  });

  it("keeps the order of registration, whoever asks and however often", async () => {
    const order = ["zebra", "ant", "10", "9", "constructor", "cat"];
    const server = withTools(...order);
    expect(await names(server)).toEqual(order);
    expect(await names(server)).toEqual(order);
    expect(JSON.stringify(await list(server))).toBe(JSON.stringify(await list(server)));
  });

  it("comes in pages", async () => {
    const server = new McpServer("s", { pageSize: 2 });
    for (const name of ["a", "b", "c", "d", "e"]) server.tool(name, {}, () => name);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const result = await list(server, cursor === undefined ? {} : { cursor });
      pages.push((result["tools"] as { name: string }[]).map(({ name }) => name));
      expect(result).toMatchObject({ ttlMs: 60_000, cacheScope: "public" });
      cursor = result["nextCursor"] as string | undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it.each(["", "made up", 5, null])("refuses the cursor %j", async (cursor) => {
    const reply = await openLink(withTools("a")).stateless("tools/list", { cursor });
    expect(reply?.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("params.cursor") as string,
    });
  });

  it.each([0, -1, 1.5, NaN, Infinity])("refuses pages of %d", (pageSize) => {
    expect(() => new McpServer("s", { pageSize })).toThrow(/pageSize must be a positive integer/);
  });
});

describe("a tool's handle", () => {
  it("disables and enables, in its place", async () => {
    const server = withTools("a");
    const handle = server.tool("b", {}, () => "b");
    server.tool("c", {}, () => "c");
    handle.disable();
    expect([handle.enabled, await names(server)]).toEqual([false, ["a", "c"]]);
    const reply = await openLink(server).stateless("tools/call", { name: "b" });
    expect(reply?.error).toMatchObject({ code: -32602, message: "Unknown tool: b" });
    handle.enable();
    expect([handle.enabled, await names(server)]).toEqual([true, ["a", "b", "c"]]);
  });

  it("updates the description, in every revision's list", async () => {
    const server = withTools();
    const handle = server.tool("a", { title: "before", description: "stays" }, () => "a");
    expect(await list(server)).toMatchObject({ tools: [{ title: "before" }] });
    handle.update({ title: "after" });
    expect(await list(server)).toMatchObject({ tools: [{ title: "after", description: "stays" }] });
  });

  it("removes for good, and frees the name for a tool that comes last", async () => {
    const server = withTools();
    const old = server.tool("a", {}, () => "old");
    server.tool("b", {}, () => "b");
    old.remove();
    server.tool("a", {}, () => "new");
    expect(await names(server)).toEqual(["b", "a"]);
    old.enable();
    old.disable();
    old.update({ title: "ghost" });
    old.remove();
    expect(await names(server)).toEqual(["b", "a"]);
    expect(JSON.stringify(await list(server))).not.toContain("ghost");
  });

  it("may leave no tool at all, and the list is there still, and empty", async () => {
    const server = withTools();
    const handle = server.tool("only", {}, () => "only");
    const { request } = await handshaken(server);
    handle.remove();
    expect((await request("tools/list"))?.result).toEqual({ tools: [] });
    expect(await list(server)).toMatchObject({ tools: [] });
  });
});

describe("changes to the list", () => {
  const changes = (pushed: readonly Wire[]): Wire[] =>
    pushed.filter(({ method }) => method?.endsWith("list_changed"));

  it("are pushed to every client of the handshake era, and to no other", async () => {
    const server = withTools("a");
    const clients = await Promise.all(HANDSHAKE_REVISIONS.map((revision) => handshaken(server, revision)));
    const [ungreeted, stateless] = [openLink(server), openLink(server)];
    await stateless.stateless("tools/list");
    server.tool("b", {}, () => "b");
    await settled();
    expect(clients.map(({ pushed }) => pushed)).toEqual(clients.map(() => [CHANGED]));
    expect([ungreeted.pushed, stateless.pushed]).toEqual([[], []]);
  });

  it("of one turn are pushed once, and those of the next once more", async () => {
    const server = withTools("a");
    const { pushed } = await handshaken(server);
    const handle = server.tool("b", {}, () => "b");
    handle.disable();
    handle.enable();
    handle.update({ title: "B" });
    handle.remove();
    await settled();
    expect(changes(pushed)).toHaveLength(1);
    server.tool("c", {}, () => "c");
    await settled();
    expect(changes(pushed)).toHaveLength(2);
  });

  it("that change nothing are not pushed", async () => {
    const server = withTools();
    const handle = server.tool("a", {}, () => "a");
    const { pushed } = await handshaken(server);
    handle.enable();
    await settled();
    expect(pushed).toEqual([]);
    handle.remove();
    await settled();
    handle.remove();
    handle.disable();
    handle.update({ title: "x" });
    await settled();
    expect(changes(pushed)).toHaveLength(1);
  });

  it("are not pushed to a client that is gone, nor twice to one that set its log level", async () => {
    const server = withTools("a");
    const [gone, stays] = [await handshaken(server), await handshaken(server)];
    await stays.request("logging/setLevel", { level: "info" });
    void gone.link.close({ kind: "lost" });
    server.tool("b", {}, () => "b");
    await settled();
    expect([gone.pushed, stays.pushed]).toEqual([[], [CHANGED]]);
  });

  it("are not pushed to a client that was not told of them", async () => {
    const empty = new McpServer("s");
    const early = await handshaken(empty);
    empty.tool("a", {}, () => "a");
    await settled();
    const late = await handshaken(empty);
    empty.tool("b", {}, () => "b");
    await settled();
    expect([early.pushed, late.pushed]).toEqual([[], [CHANGED]]);
    const quiet = new McpServer("s", { capabilities: { tools: { listChanged: false } } });
    const { pushed } = await handshaken(quiet);
    quiet.tool("a", {}, () => "a");
    await settled();
    expect(pushed).toEqual([]);
  });

  it("wait for a client that does not read, as one", async () => {
    const server = withTools("a");
    const pushes: (() => void)[] = [];
    await handshaken(server, "2025-11-25", {
      peer: { push: () => new Promise<void>((resolve) => pushes.push(resolve)) },
    });
    for (const name of ["b", "c", "d"]) {
      server.tool(name, {}, () => name);
      await settled();
    }
    expect(pushes).toHaveLength(1);
    pushes[0]?.();
    await settled();
    expect(pushes).toHaveLength(2);
    pushes[1]?.();
    await settled();
    expect(pushes).toHaveLength(2);
  });

  it("made before anybody connects are not announced", async () => {
    const server = withTools("a", "b");
    const { pushed } = await handshaken(server);
    await settled();
    expect(pushed).toEqual([]);
  });
});
