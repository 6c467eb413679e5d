import { describe, expect, it, vi } from "vitest";
import {
  scriptedEndpoint,
  type EndpointTraits,
  type ScriptedEndpoint,
} from "../../test/support/scripted-endpoint.js";
import { settled } from "../../test/support/link.js";
import {
  discovered,
  legacy,
  modern,
  scriptedServer,
  type Script,
} from "../../test/support/scripted-server.js";
import type { MirroredHeaders } from "../contract/index.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { ManualClock } from "../testing/manual-clock.js";
import { responseCache } from "./cache/response-cache.js";
import { McpClient } from "./client.js";
import { KnownTools } from "./known-tools.js";
import type { McpClientOptions } from "./options.js";

const VERSION = "2026-07-28";
const CAPABILITIES = { tools: { listChanged: true }, prompts: {}, resources: {}, completions: {} };

const mirrored = (header: string, type = "string"): JsonObject => ({ type, "x-mcp-header": header });
const tool = (name: string, properties: JsonObject = {}): JsonObject => ({
  name,
  inputSchema: { type: "object", properties },
});
/** A header cannot have a blank in its name. */
const invalid = tool("invalid", { a: mirrored("not valid") });

/** Lists these tools on one page each, and answers every call. */
function listing(pages: readonly JsonObject[], hints: JsonObject = {}): Script {
  return ({ id, method, params }, to) => {
    const page = Number(params?.["cursor"] ?? 0);
    const cursor = page + 1 < pages.length && { nextCursor: String(page + 1) };
    if (method === "tools/list") to.result(id, { tools: [pages[page] ?? {}], ...cursor, ...hints });
    else if (method === "tools/call") to.result(id, { content: [] });
    else if (id !== undefined) to.error(id, -32603);
  };
}

interface Mirroring {
  readonly client: McpClient;
  readonly endpoint: ScriptedEndpoint;
  /** The headers that repeat arguments, in the latest call of a tool. */
  readonly parameters: () => MirroredHeaders | undefined;
}

async function mirroring(
  script: Script,
  options: McpClientOptions = {},
  traits: EndpointTraits = { mirrors: true },
): Promise<Mirroring> {
  const endpoint = scriptedEndpoint(script, traits);
  const client = await McpClient.connect(endpoint.transport, { clock: new ManualClock(), ...options });
  const parameters = (): MirroredHeaders | undefined => {
    const headers = endpoint.mirrored.findLast(([method]) => method === "tools/call")?.[1];
    return (
      headers && Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("mcp-param-")))
    );
  };
  return { client, endpoint, parameters };
}

describe("the headers that repeat a request", () => {
  const known = new KnownTools({ mirrors: true, onInvalid: () => undefined });
  const headersOf = (method: string, params: JsonObject = {}): MirroredHeaders | undefined =>
    known.headersOf({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: { ...params, _meta: { [Meta.protocolVersion]: VERSION } },
    });

  it.each([
    ["tools/call", { name: "add", uri: "a:b" }, "add"],
    ["prompts/get", { name: "review", uri: "a:b" }, "review"],
    ["resources/read", { uri: "note://1", name: "one" }, "note://1"],
    ["tools/list", { name: "add" }, undefined],
    ["resources/subscribe", { uri: "note://1" }, undefined],
    ["completion/complete", { ref: { type: "ref/prompt", name: "review" } }, undefined],
    ["subscriptions/listen", {}, undefined],
    ["tools/call", { name: 5 }, undefined],
  ])("are its revision, its method, and what it names: %s", (method, params, name) => {
    expect(headersOf(method, params)).toEqual({
      "mcp-protocol-version": VERSION,
      "mcp-method": method,
      ...(name !== undefined && { "mcp-name": name }),
    });
  });

  it.each([
    ["Grüße", "=?base64?R3LDvMOfZQ==?="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["two\nlines", "=?base64?dHdvCmxpbmVz?="],
    ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
    ["", ""],
    ["plain, with blanks", "plain, with blanks"],
  ])("have names as a header can carry them: %j", (name, encoded) => {
    expect(headersOf("tools/call", { name })?.["mcp-name"]).toBe(encoded);
    expect(headersOf("resources/read", { uri: name })?.["mcp-name"]).toBe(encoded);
  });

  it("go with every request of the stateless era, the first included, and with none of the other", async () => {
    for (const [speaking, mirrors] of [
      [modern, true],
      [legacy, false],
    ] as const) {
      const { client, endpoint } = await mirroring(speaking(listing([tool("add")]), CAPABILITIES));
      await client.callTool("add");
      await client.listTools();
      const [probe, ...others] = endpoint.mirrored;
      expect(probe).toEqual([
        "server/discover",
        { "mcp-protocol-version": VERSION, "mcp-method": "server/discover" },
      ]);
      expect(others.length).toBeGreaterThan(1);
      for (const [method, headers] of others)
        expect(headers?.["mcp-method"]).toBe(mirrors ? method : undefined);
      await client.close();
    }
  });

  it("are not asked of transports that mirror nothing", async () => {
    const { client, endpoint } = await mirroring(modern(listing([tool("add")])), {}, {});
    await client.listTools();
    expect(endpoint.mirrored).toEqual([
      ["server/discover", undefined],
      ["tools/list", undefined],
    ]);
    await client.close();
  });

  it("that cannot be keep a request from being sent", async () => {
    const { client, endpoint } = await mirroring(modern());
    await expect(client.callTool("\ud800")).rejects.toThrow(TypeError);
    expect(endpoint.mirrored).toHaveLength(1);
    await client.close();
  });
});

describe("the times tools were listed anew", () => {
  it("tell whether what is known is newer than what was sent, until it is forgotten", () => {
    const known = new KnownTools({ mirrors: true, onInvalid: () => undefined });
    const before = known.listings;
    expect(known.isListedSince(before)).toBe(false);
    known.listed();
    expect([before, known.listings].map((sent) => known.isListedSince(sent))).toEqual([true, false]);
    known.forget();
    expect(known.isListedSince(before)).toBe(false);
    known.listed();
    expect(known.isListedSince(before)).toBe(true);
  });
});

describe("parameters that a tool wants repeated", () => {
  const place = { type: "object", properties: { zip: mirrored("Zip", "integer") } };
  const query = tool("query", {
    region: mirrored("Region"),
    dry: mirrored("Dry", "boolean"),
    place,
    other: { type: "string" },
  });
  const pages = [tool("other", { region: mirrored("Elsewhere") }), query];

  it.each<[string, object, MirroredHeaders]>([
    [
      "as they are",
      { region: "eu", dry: false, place: { zip: 10115 }, other: "x" },
      { "mcp-param-region": "eu", "mcp-param-dry": "false", "mcp-param-zip": "10115" },
    ],
    ["encoded", { region: "Zürich" }, { "mcp-param-region": "=?base64?WsO8cmljaA==?=" }],
    ["unless they are not given", {}, {}],
    ["unless they are null", { region: null, dry: null, place: null }, {}],
    ["unless they are undefined", { region: undefined, dry: true }, { "mcp-param-dry": "true" }],
    ["unless they are of no type that a header repeats", { region: ["eu"], dry: {}, place: "here" }, {}],
    ["unless they are inherited", { place: Object.create({ zip: 1 }) as object }, {}],
    [
      "as JSON has them",
      { region: new Date(0), dry: { toJSON: () => undefined } },
      { "mcp-param-region": "1970-01-01T00:00:00.000Z" },
    ],
    ["exactly", { place: { zip: Number.MAX_SAFE_INTEGER } }, { "mcp-param-zip": "9007199254740991" }],
  ])("are repeated %s", async (_, args, expected) => {
    const { client, parameters } = await mirroring(modern(listing(pages)));
    await client.listTools();
    await client.callTool("query", args);
    expect(parameters()).toEqual(expected);
    await client.close();
  });

  it.each([2 ** 53, -(2 ** 60), Infinity, NaN])(
    "keep a call from being sent when no header can repeat them: %d",
    async (zip) => {
      const { client, endpoint } = await mirroring(modern(listing(pages)));
      await client.listTools();
      const before = endpoint.mirrored.length;
      await expect(client.callTool("query", { place: { zip } })).rejects.toThrow(TypeError);
      expect(endpoint.methods()[0]).not.toContain("tools/call");
      expect(endpoint.mirrored).toHaveLength(before);
      await client.close();
    },
  );

  it("are those of the list as it was last seen, and none before", async () => {
    let listed = pages;
    const script: Script = (message, to) => {
      listing(listed)(message, to);
    };
    const { client, parameters } = await mirroring(modern(script));
    const args = { region: "eu" };
    await client.callTool("query", args);
    expect(parameters()).toEqual({});
    for await (const { name } of client.tools()) if (name === "query") break;
    await client.callTool("query", args);
    expect(parameters()).toEqual({ "mcp-param-region": "eu" });
    listed = [tool("query", { region: mirrored("Area") })];
    await client.listTools();
    await client.callTool("query", args);
    expect(parameters()).toEqual({ "mcp-param-area": "eu" });
    await client.close();
  });

  it("are learned from pages that come from a cache, whoever filled it", async () => {
    const script = modern(listing([query, invalid], { ttlMs: 60_000, cacheScope: "public" }));
    const cache = { store: responseCache(), server: "s" };
    const clock = new ManualClock();
    const other = await McpClient.connect(scriptedServer(script).transport, { cache, clock });
    expect((await other.listTools()).map(({ name }) => name)).toEqual(["query", "invalid"]);
    const noise: string[] = [];
    const { client, endpoint, parameters } = await mirroring(script, {
      cache,
      clock,
      onNoise: (what) => noise.push(what),
    });
    expect((await client.listTools()).map(({ name }) => name)).toEqual(["query"]);
    expect(endpoint.methods()).toEqual([["server/discover"]]);
    expect(noise).toHaveLength(1);
    await client.callTool("query", { region: "eu" });
    expect(parameters()).toEqual({ "mcp-param-region": "eu" });
    expect((await other.listTools()).map(({ name }) => name)).toEqual(["query", "invalid"]);
    await Promise.all([client.close(), other.close()]);
  });

  it.each([
    ["kept with another connection to the same server", "1", { "mcp-param-region": "eu" }],
    ["forgotten with a connection to another server, or another version of it", "2", {}],
  ])("are %s", async (_, version, expected) => {
    const traits = { mirrors: true, reconnect: { attempts: 5, windowMs: 60_000 } } as const;
    const first = modern(listing(pages));
    let connected = 0;
    const script: Script = (message, to) => {
      const again = message.method === "server/discover" && (connected += 1) > 1;
      if (!again) first(message, to);
      else
        to.result(message.id, {
          ...discovered(),
          _meta: { [Meta.serverInfo]: { name: "modern", version } },
        });
    };
    const { client, endpoint, parameters } = await mirroring(script, {}, traits);
    await client.listTools();
    endpoint.connections[0]?.lose("gone");
    await settled();
    await client.callTool("query", { region: "eu" });
    expect(endpoint.connections).toHaveLength(2);
    expect(parameters()).toEqual(expected);
    await client.close();
  });
});

describe("tools whose annotations for headers are not valid", () => {
  const pages = [tool("first"), invalid, tool("last", { a: mirrored("A") })];
  const names = async (client: McpClient): Promise<string[]> => {
    const all = await client.listTools();
    const each: string[] = [];
    for await (const { name } of client.tools()) each.push(name);
    expect(each).toEqual(all.map(({ name }) => name));
    return each;
  };

  it("are left out of lists, and reported once, with the reason", async () => {
    const noise: string[] = [];
    const { client } = await mirroring(modern(listing(pages)), { onNoise: (what) => noise.push(what) });
    expect(await names(client)).toEqual(["first", "last"]);
    expect(noise).toEqual([expect.stringMatching(/the tool invalid, .*: x-mcp-header .*"not valid"/)]);
    await client.close();
  });

  it("are reported again when they are wrong in another way, and not once they are right", async () => {
    const noise: string[] = [];
    let properties = { a: mirrored("not valid") };
    const script: Script = (message, to) => {
      listing([tool("changing", properties)])(message, to);
    };
    const { client, parameters } = await mirroring(modern(script), { onNoise: (what) => noise.push(what) });
    expect(await names(client)).toEqual([]);
    properties = { a: mirrored("A", "number") };
    expect(await names(client)).toEqual([]);
    expect(noise).toEqual([
      expect.stringContaining("not valid"),
      expect.stringContaining('the "type" of "a" is "number"'),
    ]);
    properties = { a: mirrored("A") };
    expect(await names(client)).toEqual(["changing"]);
    await client.callTool("changing", { a: "x" });
    expect([parameters(), noise.length]).toEqual([{ "mcp-param-a": "x" }, 2]);
    await client.close();
  });

  it("are warned of on the console when nobody else wants to know", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      const { client } = await mirroring(modern(listing(pages)));
      await client.listTools();
      expect(warned.mock.calls).toEqual([[expect.stringMatching(/^Skipped the tool invalid, /)]]);
      await client.close();
    } finally {
      warned.mockRestore();
    }
  });

  const repeating = { reconnect: { attempts: 5, windowMs: 60_000, repeats: true } } as const;
  it.each<[string, typeof modern, EndpointTraits]>([
    ["in the handshake era", legacy, { mirrors: true, ...repeating }],
    ["on a transport that mirrors nothing", modern, repeating],
  ])("are listed like any other %s", async (_, speaking, traits) => {
    const noise: string[] = [];
    const onNoise = (what: string): void => void noise.push(what);
    const { client } = await mirroring(speaking(listing(pages)), { onNoise }, traits);
    expect(await names(client)).toEqual(["first", "invalid", "last"]);
    expect(noise).toEqual([]);
    await client.close();
  });
});
