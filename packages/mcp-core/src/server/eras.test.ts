import { describe, expect, it } from "vitest";
import {
  handshaken,
  headers,
  initializeParams,
  mirrorOf,
  openLink,
  statelessMeta,
  VERSION,
  type Wire,
} from "../../test/support/link.js";
import { Meta } from "../protocol/meta.js";
import { HANDSHAKE_REVISIONS, REVISIONS } from "../protocol/revisions.js";
import type { McpServerOptions } from "./options.js";
import { McpServer } from "./server.js";

function greeter(options: McpServerOptions = {}): McpServer {
  const server = new McpServer({ name: "greeter", version: "1.2.3", title: "Greeter" }, options);
  server.tool("hello", {}, (_args, ctx) => `hello from ${ctx.client.era} ${ctx.client.revision}`);
  return server;
}

const hello = { name: "hello", arguments: {} };
const textOf = (reply: Wire | undefined): unknown =>
  (reply?.result?.["content"] as [{ text: string }])[0].text;
const refusal = (code: number, ...words: string[]): unknown =>
  expect.objectContaining({
    error: expect.objectContaining({
      code,
      message: expect.stringMatching(
        new RegExp(words.map((word) => word.replace(/[[\]."]/g, "\\$&")).join(".*")),
      ) as string,
    }) as unknown,
  });

describe("the era of a request", () => {
  it("is stateless where _meta carries the protocol version, before and after a handshake", async () => {
    const fresh = openLink(greeter());
    expect(textOf(await fresh.stateless("tools/call", hello))).toBe(`hello from stateless ${VERSION}`);
    const greeted = await handshaken(greeter());
    expect(textOf(await greeted.stateless("tools/call", hello))).toBe(`hello from stateless ${VERSION}`);
    expect(textOf(await greeted.request("tools/call", hello))).toBe("hello from handshake 2025-11-25");
  });

  it("is stateless even for a method of the other era, which does not exist there", async () => {
    const { stateless } = openLink(greeter());
    const initialize = await stateless("initialize", initializeParams("2025-11-25"));
    expect(initialize).toEqual(refusal(-32601, VERSION));
    expect(initialize?.error?.data).toEqual({ supported: [VERSION] });
    expect(await stateless("ping")).toEqual(refusal(-32601, "ping"));
    expect(await stateless("logging/setLevel", { level: "info" })).toEqual(
      refusal(-32601, "logging/setLevel"),
    );
  });

  it("is handshake for anything else, where methods of the stateless era do not exist", async () => {
    const { request } = await handshaken(greeter());
    expect(await request("server/discover")).toEqual(refusal(-32601, "server/discover"));
    expect(await request("subscriptions/listen", { notifications: {} })).toEqual(refusal(-32601, "listen"));
    expect(textOf(await request("tools/call", { ...hello, _meta: { other: 1 } }))).toContain("handshake");
  });

  it("-32601 for methods nobody knows, also such as every object has", async () => {
    const { request, stateless } = await handshaken(greeter());
    for (const method of ["nope", "", "constructor", "__proto__", "toString"]) {
      expect(await request(method)).toEqual(refusal(-32601, "Method not found"));
      expect(await stateless(method)).toEqual(refusal(-32601, "Method not found"));
    }
    const long = await stateless("x".repeat(10_000));
    expect(long?.error?.message.length).toBeLessThan(200);
  });
});

describe("headers that mirror nothing", () => {
  it("are for handlers to see, and checked against nothing", async () => {
    const upgrade = headers({ "MCP-Protocol-Version": "1999-01-01" });
    const { stateless } = openLink(greeter(), { headers: upgrade });
    expect((await stateless("tools/list"))?.error).toBeUndefined();
    const { request } = openLink(greeter(), { headers: upgrade });
    expect((await request("tools/list"))?.error).toMatchObject({ code: -32600 });
  });
});

describe("mirrored headers", () => {
  const version = (value: string): ReturnType<typeof headers> => headers({ "MCP-Protocol-Version": value });

  it("that say the same as the body let a request pass", async () => {
    const { stateless } = openLink(greeter(), { mirrored: mirrorOf("tools/call", "hello") });
    expect(textOf(await stateless("tools/call", hello))).toContain("stateless");
  });

  it("with a stateless version need it in _meta as well: -32602", async () => {
    const { request } = openLink(greeter(), { mirrored: version(VERSION) });
    for (const params of [undefined, {}, hello, { ...hello, _meta: {} }]) {
      expect(await request("tools/call", params)).toEqual(refusal(-32602, "protocolVersion", "missing"));
    }
  });

  it("that differ from the body, or are missing, are -32020, before the version is judged", async () => {
    const wrong = [version("2025-11-25"), version("2099-01-01"), version(""), headers({})];
    for (const said of wrong) {
      const { stateless } = openLink(greeter(), { mirrored: said });
      expect(await stateless("tools/call", hello)).toEqual(refusal(-32020, "MCP-Protocol-Version"));
    }
    const { stateless } = openLink(greeter(), { mirrored: version(VERSION) });
    const unknown = await stateless("tools/call", hello, { meta: { [Meta.protocolVersion]: "2099-01-01" } });
    expect(unknown).toEqual(refusal(-32020, "2099-01-01"));
  });

  it("that agree on a version nobody speaks are -32022", async () => {
    const { stateless } = openLink(greeter(), { mirrored: version("2099-01-01") });
    const reply = await stateless("tools/call", hello, { meta: { [Meta.protocolVersion]: "2099-01-01" } });
    expect(reply).toEqual(refusal(-32022, "2099-01-01"));
  });

  it.each(HANDSHAKE_REVISIONS)("say the revision of a request without a session: %s", async (revision) => {
    const { request } = openLink(greeter(), { mirrored: version(revision) });
    expect(textOf(await request("tools/call", hello))).toBe(`hello from handshake ${revision}`);
  });

  it("mean 2025-03-26 when they say none", async () => {
    const { request } = openLink(greeter(), { mirrored: headers({}) });
    expect(textOf(await request("tools/call", hello))).toBe("hello from handshake 2025-03-26");
  });

  it("are refused when they say a revision that is unknown, or not spoken by this server", async () => {
    const { request } = openLink(greeter(), { mirrored: version("1999-01-01") });
    expect(await request("tools/call", hello)).toEqual(refusal(-32600, "1999-01-01", "2025-11-25"));
    const newest = greeter({ revisions: ["2025-11-25"] });
    for (const said of [version("2025-06-18"), headers({})]) {
      expect(await openLink(newest, { mirrored: said }).request("tools/call", hello)).toEqual(
        refusal(-32600, "MCP-Protocol-Version", "supported: 2025-11-25"),
      );
    }
  });

  it("without a version are refused by a server of the stateless era alone: -32020", async () => {
    const newest = greeter({ revisions: [VERSION] });
    const { request, stateless } = openLink(newest, { mirrored: headers({}) });
    for (const reply of [await request("tools/call", hello), await stateless("tools/call", hello)])
      expect(reply).toEqual(refusal(-32020, "MCP-Protocol-Version", "missing"));
    expect(await request("initialize", initializeParams("2025-11-25"))).toEqual(refusal(-32022, VERSION));
    expect(await openLink(newest).request("tools/call", hello)).toEqual(refusal(-32602, "missing", VERSION));
  });

  it("have no say in initialize, which negotiates", async () => {
    const { request } = openLink(greeter({ revisions: ["2025-11-25"] }), { mirrored: headers({}) });
    expect((await request("initialize", initializeParams("2025-11-25")))?.result).toMatchObject({
      protocolVersion: "2025-11-25",
    });
  });
});

describe("per-request metadata", () => {
  const without = (key: string): unknown => {
    const { [key]: _left, ...meta } = statelessMeta();
    return { ...hello, _meta: meta };
  };
  const withMeta = (key: string, value: unknown): unknown => ({
    ...hello,
    _meta: { ...statelessMeta(), [key]: value },
  });

  it("needs the client's capabilities", async () => {
    const { request } = openLink(greeter());
    expect(await request("tools/call", without(Meta.clientCapabilities))).toEqual(
      refusal(-32602, "params._meta", "clientCapabilities must be an object, not missing"),
    );
  });

  it("does not need to say who the client is", async () => {
    const { request } = openLink(greeter());
    expect(textOf(await request("tools/call", without(Meta.clientInfo)))).toContain("stateless");
  });

  it.each([
    [Meta.protocolVersion, 20260728, "must be a string, not 20260728"],
    [Meta.protocolVersion, null, "must be a string, not null"],
    [Meta.clientCapabilities, [], "must be an object, not an array"],
    [Meta.clientInfo, "me", "must be an object"],
    [Meta.clientInfo, { name: "me" }, '"name" and "version"'],
    [Meta.logLevel, "loud", "must be one of debug, info"],
    [Meta.progressToken, {}, "must be a string of at most 1024 characters or an integer, not an object"],
  ])("with a malformed %s is -32602 and says so", async (key, value, why) => {
    const { request } = openLink(greeter());
    const reply = await request("tools/call", withMeta(key, value));
    expect(reply).toEqual(refusal(-32602, "params._meta", key, why));
  });

  it.each([[], "text", 5, null, true])("is refused as a whole when it is %j", async (_meta) => {
    for (const opened of [openLink(greeter()), await handshaken(greeter())]) {
      expect(await opened.request("tools/call", { ...hello, _meta })).toEqual(
        refusal(-32602, "params._meta must be an object"),
      );
    }
  });

  it.each([
    ["an array", [1]],
    ["a string", "text"],
    ["null", null],
    ["a number", 5],
  ])("and params that are %s are -32602", async (_, params) => {
    for (const opened of [openLink(greeter()), await handshaken(greeter())]) {
      expect(await opened.request("tools/call", params)).toEqual(refusal(-32602, "params must be an object"));
    }
  });

  it("of a version nobody speaks is -32022, and lists only what can be spoken per request", async () => {
    const { request } = openLink(greeter());
    for (const requested of ["1900-01-01", "2025-11-25", ""]) {
      const reply = await request("tools/list", withMeta(Meta.protocolVersion, requested));
      expect(reply).toEqual(refusal(-32022));
      expect(reply?.error?.data).toEqual({ supported: [VERSION], requested });
    }
  });
});

describe("initialize", () => {
  it.each(HANDSHAKE_REVISIONS)("agrees on %s when that is asked for", async (revision) => {
    const opened = await handshaken(greeter(), revision);
    expect(opened.link.revision).toBe(revision);
    expect(textOf(await opened.request("tools/call", hello))).toBe(`hello from handshake ${revision}`);
  });

  it.each(["2026-07-28", "1900-01-01", "", "constructor"])(
    "offers the newest it has for %j",
    async (requested) => {
      const { request, link } = openLink(greeter());
      const reply = await request("initialize", initializeParams(requested));
      expect(reply?.result?.["protocolVersion"]).toBe("2025-11-25");
      expect(link.revision).toBe("2025-11-25");
    },
  );

  it("answers with capabilities, name and instructions, and with nothing of the other era", async () => {
    const { request } = openLink(greeter({ instructions: "Say hello." }));
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply?.result).toEqual({
      protocolVersion: "2025-11-25",
      capabilities: { tools: { listChanged: true }, logging: {} },
      serverInfo: { name: "greeter", version: "1.2.3", title: "Greeter" },
      instructions: "Say hello.",
    });
  });

  it("describes the server in the words of the revision", async () => {
    const info = {
      name: "n",
      version: "1",
      title: "t",
      description: "d",
      websiteUrl: "https://example.com",
      icons: [],
    };
    const said = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const reply = await openLink(new McpServer(info)).request("initialize", initializeParams(revision));
        return Object.keys(reply?.result?.["serverInfo"] as object);
      }),
    );
    const oldest = ["name", "version"];
    expect(said).toEqual([oldest, oldest, [...oldest, "title"], Object.keys(info)]);
  });

  it("does not declare what needs a way to send outside requests where there is none", async () => {
    const { request } = openLink(greeter(), { push: null });
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply?.result?.["capabilities"]).toEqual({ tools: {} });
  });

  it.each([
    [{ capabilities: {}, clientInfo: { name: "n", version: "1" } }, "params.protocolVersion"],
    [{ ...initializeParams("2025-11-25"), capabilities: undefined }, "params.capabilities"],
    [{ ...initializeParams("2025-11-25"), clientInfo: { name: "n" } }, "params.clientInfo"],
    [undefined, "params.protocolVersion"],
  ])("says which field is wrong in %j", async (params, field) => {
    const { request, link } = openLink(greeter());
    expect(await request("initialize", params)).toEqual(refusal(-32602, field));
    expect(link.revision).toBeUndefined();
  });

  it("keeps of a client's name what is part of one", async () => {
    const remembered: unknown[] = [];
    const session = { id: "s", remember: (handshake: unknown) => void remembered.push(handshake) };
    const { request } = openLink(greeter(), { session });
    const clientInfo = { name: "n", version: "1", title: "N", websiteUrl: "https://n.example" };
    const { protocolVersion } = initializeParams("2025-11-25");
    await request("initialize", {
      protocolVersion,
      capabilities: { roots: {} },
      clientInfo: { ...clientInfo, junk: [] },
    });
    expect(remembered).toMatchObject([{ capabilities: { roots: {} } }]);
    expect((remembered[0] as { clientInfo: unknown }).clientInfo).toEqual(clientInfo);
  });

  it.each([
    ["a name", { clientInfo: { name: "é".repeat(32_768), version: "1" } }],
    ["capabilities", { capabilities: { experimental: { x: Array.from({ length: 30_000 }, () => []) } } }],
  ])("refuses %s too long to be kept, and names the limit", async (_, long) => {
    const { request, link } = openLink(greeter());
    const reply = await request("initialize", { ...initializeParams("2025-11-25"), ...long });
    expect(reply).toEqual(refusal(-32602, "65536"));
    expect(link.revision).toBeUndefined();
    const short = { clientInfo: { name: "x".repeat(65_000), version: "1" } };
    expect(await request("initialize", { ...initializeParams("2025-11-25"), ...short })).toHaveProperty(
      "result",
    );
  });

  it("is answered once", async () => {
    const { request, link } = await handshaken(greeter(), "2025-06-18");
    expect(await request("initialize", initializeParams("2025-11-25"))).toEqual(
      refusal(-32600, "initialize"),
    );
    expect(link.revision).toBe("2025-06-18");
  });

  it("has to come before anything but ping", async () => {
    const { request } = openLink(greeter());
    expect((await request("ping"))?.result).toEqual({});
    expect(await request("tools/list")).toEqual(
      refusal(-32600, "tools/list came before initialize", "protocolVersion"),
    );
    expect(await request("server/discover")).toEqual(refusal(-32600, "before initialize"));
  });

  it("was made before, where a session remembers it", async () => {
    const first = await handshaken(greeter(), "2025-06-18", { capabilities: { roots: {} }, peer: {} });
    const remembered: unknown[] = [];
    const session = { id: "s", remember: (handshake: unknown) => void remembered.push(handshake) };
    const opened = openLink(greeter(), { session });
    await opened.request("initialize", initializeParams("2025-06-18", { roots: {} }));
    await opened.request("logging/setLevel", { level: "error" });
    const handshake = {
      revision: "2025-06-18",
      clientInfo: { name: "tester", version: "1" },
      capabilities: { roots: {} },
      listChanged: ["tools"],
    } as const;
    expect(remembered).toEqual([handshake, { ...handshake, logLevel: "error" }]);

    const strange = { mirrored: headers({ "MCP-Protocol-Version": "1999-01-01" }) };
    const refused = openLink(greeter(), { session: { ...session, handshake }, ...strange });
    expect((await refused.request("tools/list"))?.error).toMatchObject({ code: -32600 });
    const restored = openLink(greeter(), { session: { ...session, handshake }, mirrored: headers({}) });
    expect(restored.link.revision).toBe(first.link.revision);
    expect(textOf(await restored.request("tools/call", hello))).toBe("hello from handshake 2025-06-18");
    expect(await restored.request("initialize", initializeParams("2025-06-18"))).toEqual(
      refusal(-32600, "initialize"),
    );
  });
});

describe("server/discover", () => {
  it("tells versions, capabilities, name and how long that may be kept", async () => {
    const { stateless } = openLink(
      greeter({ instructions: "Say hello.", experimental: { "acme/x": { y: 1 } } }),
    );
    expect((await stateless("server/discover"))?.result).toEqual({
      resultType: "complete",
      supportedVersions: [VERSION],
      capabilities: { tools: { listChanged: true }, logging: {}, experimental: { "acme/x": { y: 1 } } },
      instructions: "Say hello.",
      ttlMs: 300_000,
      cacheScope: "public",
      _meta: { [Meta.serverInfo]: { name: "greeter", version: "1.2.3", title: "Greeter" } },
    });
  });

  it("declares what can be listened to, though nothing can be pushed", async () => {
    const { stateless } = openLink(greeter(), { push: null });
    expect((await stateless("server/discover"))?.result?.["capabilities"]).toMatchObject({
      tools: { listChanged: true },
    });
  });

  it("declares only what there is", async () => {
    const { stateless } = openLink(new McpServer("bare", { logging: false }));
    expect((await stateless("server/discover"))?.result?.["capabilities"]).toEqual({});
    expect(await stateless("tools/list")).toEqual(refusal(-32601, "tools/list"));
  });

  it("carries declared capabilities through", async () => {
    const capabilities = {
      resources: { subscribe: true, listChanged: false },
      tools: { listChanged: false },
      "x-own": { a: 1 },
    };
    const { stateless } = openLink(greeter({ capabilities, logging: false }));
    expect((await stateless("server/discover"))?.result?.["capabilities"]).toEqual(capabilities);
  });
});

describe("a server of some revisions only", () => {
  it("of the stateless era names its versions to a client that greets it", async () => {
    const { request, stateless } = openLink(greeter({ revisions: [VERSION] }));
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply).toEqual(refusal(-32022, VERSION));
    expect(reply?.error?.data).toEqual({ supported: [VERSION], requested: "2025-11-25" });
    expect(await request("tools/list")).toEqual(refusal(-32602, "protocolVersion", VERSION));
    expect(await request("ping")).toEqual(refusal(-32602, "protocolVersion"));
    expect(textOf(await stateless("tools/call", hello))).toContain(VERSION);
  });

  it("of the handshake era answers a probe as such servers do, so that a client of both falls back", async () => {
    const { request, stateless } = openLink(greeter({ revisions: ["2025-03-26", "2025-06-18"] }));
    expect(await stateless("server/discover")).toEqual(
      refusal(-32600, "server/discover came before initialize"),
    );
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply?.result?.["protocolVersion"]).toBe("2025-06-18");
    expect(await stateless("server/discover")).toEqual(refusal(-32601, "server/discover"));
  });

  it("are those that its transport carries, too", async () => {
    const revisions = ["2024-11-05", "2025-06-18"] as const;
    const { request, stateless, link } = openLink(greeter(), { revisions });
    expect(await stateless("server/discover")).toEqual(
      refusal(-32600, "server/discover came before initialize"),
    );
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply?.result?.["protocolVersion"]).toBe("2025-06-18");
    expect(await stateless("server/discover")).toEqual(refusal(-32601, "server/discover"));
    expect(link.revision).toBe("2025-06-18");
    const other = openLink(greeter({ revisions: ["2025-06-18", VERSION] }), { revisions: [VERSION] });
    expect((await other.stateless("server/discover"))?.result?.["supportedVersions"]).toEqual([VERSION]);
    expect(await other.request("initialize", initializeParams("2025-06-18"))).toEqual(
      refusal(-32022, VERSION),
    );
  });

  it("of none is refused", () => {
    expect(() => greeter({ revisions: [] })).toThrow(RangeError);
    expect(() => greeter({ revisions: ["2020-01-01" as "2025-11-25"] })).toThrow(REVISIONS.join(", "));
  });
});
