import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BOTH_ERAS } from "../../../test/support/both-eras.js";
import { handshaken, openLink } from "../../../test/support/link.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { ResourceNotFoundError } from "../../protocol/errors.js";
import { HANDSHAKE_REVISIONS } from "../../protocol/revisions.js";
import { McpServer } from "../server.js";

const NOT_FOUND = { handshake: -32002, stateless: -32602 };

function register(...args: readonly unknown[]): unknown {
  const server = new McpServer("s");
  return Reflect.apply(server.resource, server, args);
}

describe("registering a resource", () => {
  it.each(["", "note", "note 1", "//host/path", "note://ü", "note://a b", "note://%zz", "1a:b"])(
    "refuses %j, which is no URI, and says what one is",
    (uri) => {
      expect(() => register(uri, {}, () => "x")).toThrow(TypeError);
      expect(() => register(uri, {}, () => "x")).toThrow(/RFC 3986/);
    },
  );

  it.each(["urn:isbn:0451450523", "file:///a%20b", "note:", "git://host:99999/x?y=[1]#z", "A+b-c.d:e"])(
    "takes the URI %j",
    (uri) => {
      expect(() => register(uri, {}, () => "x")).not.toThrow();
    },
  );

  it.each(["note://1", "note://{id}"])("refuses a name before the URI %s, and says where it goes", (uri) => {
    expect(() => register("notes", uri, {}, () => "x")).toThrow(
      new TypeError(
        `The URI of a resource comes first, and its name goes into the definition: resource("${uri}", { name: "notes" }, …)`,
      ),
    );
  });

  it.each(["note://{id", "note://{}", "note/{id}", "{id"])("refuses the template %j", (template) => {
    expect(() => register(template, {}, () => "x")).toThrow(TypeError);
  });

  it("refuses what is taken, also by one that is disabled", () => {
    const server = new McpServer("s");
    server.resource("note://1", {}, () => "x").disable();
    server.resource("note://{id}", {}, () => "x");
    expect(() => server.resource("note://1", {}, () => "y")).toThrow(
      'There is a resource "note://1" already',
    );
    expect(() => server.resource("note://{id}", {}, () => "y")).toThrow(
      'There is a resource template "note://{id}" already',
    );
  });

  it.each<[string, unknown[], RegExp]>([
    ["no definition", ["a:b", () => "a"], /definition of resource "a:b" must be an object.*a function/],
    ["no handler", ["a:{b}", {}], /handler of resource template "a:{b}" must be a function/],
    [
      "a completer of no variable",
      ["a:{b}", { complete: { c: [] } }, () => ""],
      /"c", which is no .* it has b/,
    ],
    ["a completer without variables", ["a:b", { complete: { c: [] } }, () => ""], /it has none/],
    [
      "what is no completer",
      ["a:{b}", { complete: { b: [1] } }, () => ""],
      /complete\.b .* array of strings/,
    ],
  ])("refuses %s", (_, args, message) => {
    expect(() => register(...args)).toThrow(TypeError);
    expect(() => register(...args)).toThrow(message);
  });

  it("refuses caching hints that the specification does not allow", () => {
    const cache = { ttlMs: -1, cacheScope: "public" } as const;
    expect(() => new McpServer("s").resource("a:b", { cache }, () => "")).toThrow(RangeError);
  });

  it("leaves nothing behind when it refuses", async () => {
    const server = new McpServer("s");
    expect(() => register("a:{b}", { complete: { c: [] } }, () => "")).toThrow(TypeError);
    const { stateless } = openLink(server);
    expect((await stateless("resources/list"))?.error?.code).toBe(-32601);
  });
});

describe.each(BOTH_ERAS)("reading a resource in the %s era", (era, speak) => {
  it("gives what the handler returned", async () => {
    const server = new McpServer("s");
    server.resource("config://app", { mimeType: "text/plain" }, () => "dark");
    const ask = await speak(server);
    expect((await ask("resources/read", { uri: "config://app" })).result?.["contents"]).toEqual([
      { uri: "config://app", mimeType: "text/plain", text: "dark" },
    ]);
  });

  it("gives the handler the variables of the template, decoded, and the URI as it is", async () => {
    const server = new McpServer("s");
    server.resource("note://{id}{?lang}", {}, (variables, _, uri) => ({ ...variables, uri }));
    const ask = await speak(server);
    const { result } = await ask("resources/read", { uri: "note://a%20b?lang=%C3%A9" });
    expect(result?.["contents"]).toEqual([
      {
        uri: "note://a%20b?lang=%C3%A9",
        mimeType: "application/json",
        text: JSON.stringify({ id: "a b", lang: "é", uri: "note://a%20b?lang=%C3%A9" }),
      },
    ]);
  });

  it("lets a resource go before templates, and these in the order they were registered", async () => {
    const server = new McpServer("s");
    server.resource("note://{+path}", {}, () => "any");
    server.resource("note://{id}", {}, () => "later");
    const fixed = server.resource("note://1", {}, () => "fixed");
    const ask = await speak(server);
    const read = async (uri: string): Promise<unknown> => {
      const { result, error } = await ask("resources/read", { uri });
      return result === undefined ? error?.code : (result["contents"] as { text: string }[])[0]?.text;
    };
    expect([await read("note://1"), await read("note://2")]).toEqual(["fixed", "any"]);
    fixed.disable();
    expect(await read("note://1")).toBe(NOT_FOUND[era]);
    fixed.remove();
    expect(await read("note://1")).toBe("any");
  });

  it("takes the names of what every object has", async () => {
    const server = new McpServer("s");
    server.resource("constructor:x", {}, () => "c");
    server.resource("x:{constructor}", {}, (variables) => variables.constructor);
    const ask = await speak(server);
    expect((await ask("resources/read", { uri: "constructor:x" })).result?.["contents"]).toMatchObject([
      { text: "c" },
    ]);
    expect((await ask("resources/read", { uri: "x:y" })).result?.["contents"]).toMatchObject([{ text: "y" }]);
  });

  it.each<[string, () => unknown]>([
    ["its handler returns nothing", () => undefined],
    ["its handler says so", () => Promise.reject(new ResourceNotFoundError("note://1"))],
    [
      "its handler says so at once",
      () => {
        throw new ResourceNotFoundError("note://1");
      },
    ],
  ])("is not found when %s", async (_, handler) => {
    const server = new McpServer("s");
    server.resource("note://{id}", {}, handler as () => undefined);
    const ask = await speak(server);
    expect((await ask("resources/read", { uri: "note://1" })).error).toEqual({
      code: NOT_FOUND[era],
      message: "Resource not found: note://1",
      data: { uri: "note://1" },
    });
  });

  it("is not found when nothing matches, or it is disabled", async () => {
    const server = new McpServer("s");
    server.resource("note://1", {}, () => "x").disable();
    const ask = await speak(server);
    for (const uri of ["note://1", "note://2"]) {
      expect((await ask("resources/read", { uri })).error).toMatchObject({
        code: NOT_FOUND[era],
        data: { uri },
      });
    }
  });

  it.each([[undefined], [5], ["no uri"], [""], ["note://a b"], [["note://1"]]])(
    "refuses %j as a URI",
    async (uri) => {
      const server = new McpServer("s");
      server.resource("note://1", {}, () => "x");
      const ask = await speak(server);
      const { error } = await ask("resources/read", { ...(uri !== undefined && { uri }) });
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining("params.uri") as string });
    },
  );

  it("takes no URI of more than 2,048 characters but those of resources, and does not repeat it", async () => {
    const longest = `note://${"a".repeat(2_041)}`;
    const server = new McpServer("s");
    server.resource("note://{id}", {}, () => "x");
    server.resource(`${longest}aa`, {}, () => "fixed");
    const ask = await speak(server);
    for (const uri of [longest, `${longest}aa`])
      expect((await ask("resources/read", { uri })).result).toBeDefined();
    for (const uri of [`${longest}a`, `other://${"a".repeat(1_000_000)}`]) {
      expect((await ask("resources/read", { uri })).error).toEqual({
        code: -32602,
        message: `Invalid params: params.uri must be that of a resource, or have at most 2048 characters, not ${String(uri.length)}`,
      });
    }
  });

  it("tells the message of what a handler threw, unless errors are masked", async () => {
    for (const maskErrors of [false, true]) {
      const told: unknown[] = [];
      const server = new McpServer("s", { maskErrors, onError: (error) => void told.push(error) });
      const failure = new Error("disk full");
      server.resource("a:b", {}, () => Promise.reject(failure));
      const ask = await speak(server);
      expect((await ask("resources/read", { uri: "a:b" })).error).toEqual({
        code: -32603,
        message: maskErrors ? "Internal error" : "Internal error: disk full",
      });
      expect(told).toEqual([failure]);
    }
  });

  it("passes an error of the protocol on as it is", async () => {
    const server = new McpServer("s");
    server.resource("a:b", {}, () => {
      throw new ProtocolError(-31234, "moved", { to: "a:c" });
    });
    const ask = await speak(server);
    expect((await ask("resources/read", { uri: "a:b" })).error).toEqual({
      code: -31234,
      message: "moved",
      data: { to: "a:c" },
    });
  });
});

describe("the caching hints of what was read", () => {
  const read = async (server: McpServer, revision = "stateless"): Promise<unknown> => {
    const reply =
      revision === "stateless"
        ? await openLink(server).stateless("resources/read", { uri: "a:b" })
        : await (await handshaken(server)).request("resources/read", { uri: "a:b" });
    const { ttlMs, cacheScope } = reply?.result ?? {};
    return { ttlMs, cacheScope };
  };
  const cache = { ttlMs: 5_000, cacheScope: "public" } as const;
  const contents = [{ uri: "a:b", text: "x" }];

  it("are those of the server", async () => {
    const server = new McpServer("s", { cache: { reads: { ttlMs: 7, cacheScope: "public" } } });
    server.resource("a:b", {}, () => "x");
    expect(await read(server)).toEqual({ ttlMs: 7, cacheScope: "public" });
  });

  it("are those of the resource before the server's", async () => {
    const server = new McpServer("s");
    server.resource("a:b", { cache }, () => "x");
    expect(await read(server)).toEqual(cache);
  });

  it("are those of the result before all others", async () => {
    const server = new McpServer("s");
    server.resource("a:b", { cache }, () => ({ contents, ttlMs: 1 }));
    expect(await read(server)).toEqual({ ttlMs: 1, cacheScope: "public" });
  });

  it("are private for what only some may see, whatever else is said", async () => {
    const server = new McpServer("s");
    server.resource("a:b", { cache, visibleTo: () => true }, () => ({ contents, cacheScope: "public" }));
    expect(await read(server)).toEqual({ ttlMs: 5_000, cacheScope: "private" });
  });

  it("forbid to keep what depends on the user's answers", async () => {
    const server = new McpServer("s");
    server.resource(
      "a:b",
      { cache },
      async (_, ctx) => (await ctx.elicit("Go?", z.object({}), { key: "go" })).action,
    );
    const { stateless } = openLink(server);
    const asked = await stateless("resources/read", { uri: "a:b" }, { capabilities: { elicitation: {} } });
    expect(asked?.result).toMatchObject({ resultType: "input_required" });
    expect(asked?.result).not.toHaveProperty("ttlMs");
    const { requestState = "" } = asked?.result ?? {};
    const answers = { requestState, inputResponses: { go: { action: "decline" } } };
    const answered = await stateless(
      "resources/read",
      { uri: "a:b", ...answers },
      { capabilities: { elicitation: {} } },
    );
    expect(answered?.result).toMatchObject({
      contents: [{ text: "decline" }],
      ttlMs: 0,
      cacheScope: "private",
    });
  });

  it("are not there in the handshake era", async () => {
    const server = new McpServer("s");
    server.resource("a:b", { cache }, () => ({ contents, ttlMs: 1 }));
    expect(await read(server, "handshake")).toEqual({ ttlMs: undefined, cacheScope: undefined });
  });
});

describe("the definition of a resource", () => {
  const full = {
    name: "App",
    title: "T",
    description: "D",
    mimeType: "text/plain",
    annotations: { priority: 1, lastModified: "2025-01-12T15:00:58Z" },
    icons: [{ src: "https://example.com/i.png" }],
    _meta: { "acme/x": 1 },
  };

  it("is listed as the revision can", async () => {
    const server = new McpServer("s");
    server.resource("a:b", { ...full, size: 3 }, () => "x");
    server.resource("a:{b}/c", { ...full, list: () => [{ uri: "a:x/c", ...full }] }, () => "x");
    const described = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const { request } = await handshaken(server, revision);
        const resources = (await request("resources/list"))?.result?.["resources"];
        return [
          ...(resources as object[]),
          ...((await request("resources/templates/list"))?.result?.["resourceTemplates"] as object[]),
        ];
      }),
    );
    const oldest = { name: "App", description: "D", mimeType: "text/plain", annotations: { priority: 1 } };
    const { icons: _, ...titled } = full;
    const each = (fields: object): object[] => [
      { uri: "a:b", ...fields, size: 3 },
      { uri: "a:x/c", ...fields },
      { uriTemplate: "a:{b}/c", ...fields },
    ];
    expect(described).toEqual([each(oldest), each(oldest), each(titled), each(full)]);
    const { stateless } = openLink(server);
    expect((await stateless("resources/templates/list"))?.result?.["resourceTemplates"]).toEqual(
      each(full).slice(2),
    );
  });

  it("has the URI for a name by default, and can be changed", async () => {
    const server = new McpServer("s");
    const { stateless } = openLink(server);
    const handle = server.resource("a:b", {}, () => "x");
    const list = async (): Promise<unknown> => (await stateless("resources/list"))?.result?.["resources"];
    expect(await list()).toEqual([{ uri: "a:b", name: "a:b" }]);
    handle.update({ name: "B", description: "new" });
    expect(await list()).toEqual([{ uri: "a:b", name: "B", description: "new" }]);
    handle.disable();
    expect(await list()).toEqual([]);
    handle.enable();
    handle.remove();
    expect(await list()).toEqual([]);
  });
});

describe("the handle of a resource", () => {
  it("expands the URI of a family, and knows that of a resource", () => {
    const server = new McpServer("s");
    expect(server.resource("note://{id}{?q}", {}, () => "x").uri({ id: "a b", q: "c" })).toBe(
      "note://a%20b?q=c",
    );
    expect(server.resource("note://1", {}, () => "x").uri()).toBe("note://1");
  });
});

describe("the capability of resources", () => {
  const declared = async (server: McpServer, push?: null): Promise<unknown> => {
    const link = openLink(server, { ...(push === null && { push }) });
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    return (await link.request("initialize", params))?.result?.["capabilities"];
  };
  const server = (): McpServer => {
    const one = new McpServer("s", { logging: false });
    one.resource("a:{b}", {}, () => "x");
    return one;
  };

  it("is declared when one is registered, in both eras", async () => {
    const resources = { subscribe: true, listChanged: true };
    expect(await declared(server())).toEqual({ resources });
    const { stateless } = openLink(server());
    expect((await stateless("server/discover"))?.result?.["capabilities"]).toEqual({ resources });
  });

  it("promises no notifications where there is no way to send them", async () => {
    expect(await declared(server(), null)).toEqual({ resources: {} });
  });

  it("is not there without resources, and its methods are not either", async () => {
    const bare = new McpServer("s", { logging: false });
    expect(await declared(bare)).toEqual({});
    const { stateless } = openLink(bare);
    for (const method of ["resources/list", "resources/templates/list", "resources/read"])
      expect((await stateless(method))?.error?.code).toBe(-32601);
  });

  it("stays when the last one is removed", async () => {
    const one = new McpServer("s");
    one.resource("a:b", {}, () => "x").remove();
    const { stateless } = openLink(one);
    expect((await stateless("resources/list"))?.result).toMatchObject({ resources: [] });
  });
});
