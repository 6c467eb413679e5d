import { describe, expect, it } from "vitest";
import { handshaken, openLink, type Wire } from "../../test/support/link.js";
import { EncodedResult } from "../jsonrpc/encode.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import type { Method, MethodHandler, ServerExtension } from "../extension/server.js";
import type { McpServerOptions } from "./options.js";
import { McpServer } from "./server.js";

const serverInfo = { [Meta.serverInfo]: { name: "finisher", version: "1" } };

function finisher(result: unknown, options: McpServerOptions = {}, method: Partial<Method> = {}): McpServer {
  const handle = (() => result) as MethodHandler; // some results here are none, as an untyped handler may have it
  const extension: ServerExtension = {
    id: "io.example/own",
    resultTypes: ["example"],
    methods: { "example/own": { eras: ["handshake", "stateless"], ...method, handle } },
  };
  const server = new McpServer(
    { name: "finisher", version: "1" },
    { onError: () => undefined, extensions: [extension], ...options },
  );
  server.tool("text", {}, () => "text");
  return server;
}

const declared = { extensions: { "io.example/own": {} } };
const own = async (server: McpServer): Promise<Wire | undefined> =>
  openLink(server).stateless("example/own", {}, { capabilities: declared });

describe("a result of the stateless era", () => {
  it("says its type, and who sends it", async () => {
    const { stateless } = openLink(finisher({ answer: 42 }));
    const results = [
      await stateless("server/discover"),
      await stateless("tools/list"),
      await stateless("tools/call", { name: "text" }),
      await stateless("example/own"),
    ];
    for (const reply of results) {
      expect(reply?.result).toMatchObject({ resultType: "complete", _meta: serverInfo });
    }
    expect(results[3]?.result).toEqual({ answer: 42, resultType: "complete", _meta: serverInfo });
  });

  it("of one that is empty as well", async () => {
    expect((await own(finisher({})))?.result).toEqual({ resultType: "complete", _meta: serverInfo });
    expect((await own(finisher({ gone: undefined })))?.result).toEqual({
      resultType: "complete",
      _meta: serverInfo,
    });
  });

  it("keeps the _meta of its author, next to the server's name", async () => {
    expect((await own(finisher({ _meta: { "acme/a": 1 } })))?.result).toEqual({
      resultType: "complete",
      _meta: { ...serverInfo, "acme/a": 1 },
    });
  });

  it("has a type of its own where an extension gives it one, and is then not to be cached", async () => {
    const server = finisher({ resultType: "example", step: 1 }, {}, { cache: "reads" });
    expect((await own(server))?.result).toEqual({ resultType: "example", step: 1, _meta: serverInfo });
  });

  it("is complete where its author says nothing of it, or that", async () => {
    for (const resultType of [undefined, "complete"]) {
      expect((await own(finisher({ resultType, a: 1, _meta: {} })))?.result).toEqual({
        resultType: "complete",
        a: 1,
        _meta: serverInfo,
      });
    }
  });
});

describe("a result of the handshake era", () => {
  it("has none of that", async () => {
    const { request } = await handshaken(finisher({ answer: 42 }));
    const replies = [
      await request("ping"),
      await request("tools/list"),
      await request("tools/call", { name: "text" }),
      await request("example/own"),
      await request("logging/setLevel", { level: "info" }),
    ];
    for (const reply of replies) {
      expect(reply?.result).toBeDefined();
      for (const key of ["resultType", "_meta", "ttlMs", "cacheScope"])
        expect(reply?.result).not.toHaveProperty(key);
    }
  });
});

describe("caching hints", () => {
  const hints = async (options: McpServerOptions = {}): Promise<unknown[]> => {
    const { stateless } = openLink(finisher({}, options, { cache: "reads" }));
    const replies = [
      await stateless("server/discover"),
      await stateless("tools/list"),
      await stateless("example/own"),
      await stateless("tools/call", { name: "text" }),
    ];
    return replies.map(({ result } = {}) => [result?.["ttlMs"], result?.["cacheScope"]]);
  };

  it("stand on results that can be cached, and on no other", async () => {
    expect(await hints()).toEqual([
      [300_000, "public"],
      [60_000, "public"],
      [0, "private"],
      [undefined, undefined],
    ]);
  });

  it("are the author's, by kind", async () => {
    const cache = {
      lists: { ttlMs: 5, cacheScope: "private" },
      discover: { ttlMs: 0, cacheScope: "private" },
    } as const;
    expect(await hints({ cache })).toEqual([
      [0, "private"],
      [5, "private"],
      [0, "private"],
      [undefined, undefined],
    ]);
  });

  it("are private where there is middleware, but for kinds that the author set", async () => {
    const cache = { lists: { ttlMs: 9, cacheScope: "public" } } as const;
    for (const [options, lists] of [
      [{}, [60_000, "private"]] as const,
      [{ cache }, [9, "public"]] as const,
    ]) {
      const server = finisher({}, options, { cache: "reads" });
      const { stateless } = openLink(server);
      expect((await stateless("tools/list"))?.result?.["cacheScope"]).toBe("public");
      server.use((_request, _ctx, next) => next());
      const replies = [
        await stateless("server/discover"),
        await stateless("tools/list"),
        await stateless("example/own"),
        await stateless("tools/call", { name: "text" }),
      ];
      expect(replies.map(({ result } = {}) => [result?.["ttlMs"], result?.["cacheScope"]])).toEqual([
        [300_000, "private"],
        lists,
        [0, "private"],
        [undefined, undefined],
      ]);
    }
  });

  it.each([
    { ttlMs: -1, cacheScope: "public" },
    { ttlMs: 1.5, cacheScope: "public" },
    { ttlMs: Infinity, cacheScope: "public" },
    { ttlMs: NaN, cacheScope: "public" },
    { ttlMs: 1, cacheScope: "shared" },
  ])("are refused when they are %j", (lists) => {
    expect(
      () => new McpServer("s", { cache: { lists: lists as { ttlMs: number; cacheScope: "public" } } }),
    ).toThrow(/^cache\.lists\.(ttlMs|cacheScope) must be/);
  });

  it.each([
    [{ cacheScope: "private" }, { cacheScope: "private", ttlMs: 60_000 }],
    [{ cacheScope: "public" }, { cacheScope: "public", ttlMs: 60_000 }],
    [{ ttlMs: 7 }, { cacheScope: "private", ttlMs: 7 }],
    [
      { ttlMs: undefined, _meta: {} },
      { cacheScope: "private", ttlMs: 60_000 },
    ],
  ])("may be set on one result: %j", async (said, expected) => {
    const server = finisher({});
    server.use(async (_request, _ctx, next) => ({ ...(await next()), ...(said as JsonObject) }));
    const { stateless } = openLink(server);
    const raw = JSON.stringify(await stateless("tools/list"));
    expect((await stateless("tools/list"))?.result).toMatchObject(expected);
    expect(raw.match(/cacheScope/g)).toHaveLength(1);
  });
});

describe("a result that cannot be sent", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;

  it.each([
    ["a BigInt", { big: 5n }, /BigInt/],
    ["a cycle", cycle, /circular/],
    ["nothing", undefined, /A result must be an object, not missing/],
    ["null", null, /A result must be an object, not null/],
    ["text", "text", /A result must be an object, not "text"/],
    ["an array", [1], /A result must be an object, not an array/],
    ["a date", new Date(0), /A result must be a plain object.*toJSON/],
    ["an object that says it is another in JSON", { ttlMs: 1, toJSON: () => ({}) }, /a plain object/],
    ["text in an object", new String("text"), /The JSON of a result must be an object's/],
    ["one encoded before as something else", new EncodedResult({}, "[]"), /The JSON of a result/],
  ])(
    "because it is %s is answered with an error that says so, and the server goes on",
    async (_, result, message) => {
      const told: unknown[] = [];
      const server = finisher(result, { onError: (error) => void told.push(error) });
      const greeted = await handshaken(server);
      for (const reply of [await own(server), await greeted.request("example/own")]) {
        expect(reply?.error).toEqual({ code: -32603, message: expect.stringMatching(message) as string });
      }
      expect(told).toHaveLength(2);
      expect((await greeted.request("ping"))?.result).toEqual({});
    },
  );
});
