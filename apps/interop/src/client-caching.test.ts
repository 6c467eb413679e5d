import { responseCache, type JsonObject, type McpClientOptions } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { EVERYTHING, withClient, type Script } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const FRESH = { ttlMs: 1000, cacheScope: "private" };

/** Reads with these hints; lists of two pages, which are told apart by how often they were asked for. */
function serving(hints: JsonObject): Script {
  let times = 0;
  const result = (more: JsonObject) => ({ result: { resultType: "complete", ...hints, ...more } });
  return {
    "resources/read": ({ uri = "" }) => {
      times += 1;
      return result({ contents: [{ uri, text: String(times) }] });
    },
    "resources/list": ({ cursor }) => {
      times += 1;
      const resources = [{ uri: `note://${String(times)}`, name: String(times) }];
      return result({ resources, ...(cursor === undefined && { nextCursor: "second" }) });
    },
    "prompts/list": () => result({ prompts: [{ name: "greet" }] }),
  };
}

async function reading(hints: JsonObject = FRESH, options: McpClientOptions = {}, script = serving(hints)) {
  const clock = new ManualClock();
  const connected = await withClient("2026-07-28", script, { clock, ...options }, EVERYTHING);
  const { client, server } = connected;
  const asked = (method = "resources/read") =>
    server.received.filter((message) => message.method === method).map(({ params }) => params);
  const read = async (uri = "note://1") => {
    const [first] = (await client.readResource(uri)).contents;
    return first !== undefined && "text" in first ? first.text : "";
  };
  const notify = (method: string, params: JsonObject = {}) => server.say({ jsonrpc: "2.0", method, params });
  return { ...connected, clock, asked, read, notify };
}

describe("a client's cache", () => {
  it(req("caching.client-fresh"), async () => {
    const { read, clock, asked } = await reading();
    expect(await read()).toBe("1");
    clock.advance(999);
    expect(await read()).toBe("1");
    expect(asked()).toHaveLength(1);
  });

  it(req("caching.client-stale"), async () => {
    const { read, clock, asked } = await reading();
    await read();
    clock.advance(60_000);
    expect(asked()).toHaveLength(1);
    expect(await read()).toBe("2");
    expect(asked()).toHaveLength(2);
  });

  it(req("caching.client-immediately-stale"), async () => {
    for (const hints of [{ ...FRESH, ttlMs: 0 }, { ...FRESH, ttlMs: -1 }, { cacheScope: "private" }, {}]) {
      const { read, asked } = await reading(hints);
      for (const expected of ["1", "2"]) expect(await read()).toBe(expected);
      expect(asked()).toHaveLength(2);
    }
  });

  it(req("caching.client-key"), async () => {
    const { read, client, asked } = await reading();
    expect([await read("note://1"), await read("note://2"), await read("note://1")]).toEqual(["1", "2", "1"]);
    expect(await client.listResources()).toHaveLength(2);
    expect(await client.listPrompts()).toHaveLength(1);
    expect(asked()).toHaveLength(2);
    expect(asked("resources/list").map((params) => params?.["cursor"])).toEqual([undefined, "second"]);
  });

  it(req("caching.client-scope"), async () => {
    for (const [cacheScope, expected] of [
      ["private", "1"],
      ["public", "0"],
    ] as const) {
      const store = responseCache();
      const script = serving({ ttlMs: 1000, cacheScope });
      const as = (principal: string) => reading({}, { cache: { store, server: "notes", principal } }, script);
      const [ada, eve] = [await as("ada"), await as("eve")];
      await ada.read();
      await eve.read();
      expect(String(eve.asked().length)).toBe(expected);
    }
  });

  it(req("caching.client-notified"), async () => {
    const { read, client, asked, notify } = await reading();
    await read();
    await client.listResources();
    await client.listPrompts();
    notify("notifications/resources/list_changed");
    notify("notifications/resources/updated", { uri: "note://2" });
    await client.listResources();
    await client.listPrompts();
    await read();
    expect(asked("resources/list")).toHaveLength(4);
    expect(asked("prompts/list")).toHaveLength(1);
    expect(asked()).toHaveLength(1);
    notify("notifications/resources/updated", { uri: "note://1" });
    await read();
    expect(asked()).toHaveLength(2);
  });

  it(req("caching.client-page-refetched"), async () => {
    const script: Script = {
      "resources/list": ({ cursor }) => ({
        result: {
          resultType: "complete",
          resources: [],
          cacheScope: "private",
          ...(cursor === undefined ? { ttlMs: 60_000, nextCursor: "second" } : { ttlMs: 1000 }),
        },
      }),
    };
    const { client, clock, asked } = await reading({}, {}, script);
    await client.listResources();
    clock.advance(1000);
    await client.listResources();
    expect(asked("resources/list").map((params) => params?.["cursor"])).toEqual([
      undefined,
      "second",
      "second",
    ]);
  });

  it(req("caching.client-cursor-refused"), async () => {
    let generation = 1;
    const script: Script = {
      "resources/list": ({ cursor }) => {
        if (cursor === undefined) {
          const name = `first of ${String(generation)}`;
          const resources = [{ uri: "note://1", name }];
          const nextCursor = String(generation);
          return { result: { resultType: "complete", resources, nextCursor, ...FRESH } };
        }
        if (cursor !== String(generation)) return { error: { code: -32602, message: "Invalid cursor" } };
        return { result: { resultType: "complete", resources: [], ttlMs: 0, cacheScope: "private" } };
      },
    };
    const { client, asked } = await reading({}, {}, script);
    await client.listResources();
    generation = 2;
    expect(await client.listResources()).toMatchObject([{ name: "first of 2" }]);
    expect(asked("resources/list").map((params) => params?.["cursor"])).toEqual([
      undefined,
      "1",
      "1",
      undefined,
      "2",
    ]);
  });
});
