import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BOTH_ERAS, type Ask } from "../../test/support/both-eras.js";
import { openLink } from "../../test/support/link.js";
import type { Principal } from "../contract/index.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { McpServer } from "./server.js";
import type { VisibleTo } from "./registry.js";

const ann: Principal = { id: "ann", scopes: ["notes"] };
const bob: Principal = { id: "bob", scopes: [] };

const forNotes: VisibleTo = (principal) => principal?.scopes?.includes("notes") ?? false;

/** One open and one restricted item of each kind. */
function serving(visibleTo: VisibleTo, told: unknown[] = []): McpServer {
  const server = new McpServer("s", { pageSize: 1, onError: (error) => void told.push(error) });
  const completed = { input: z.object({ a: z.string() }), complete: { a: ["x"] } };
  server.tool("open", {}, () => "x");
  server.tool("hidden", { visibleTo }, () => "x");
  server.prompt("open", completed, () => "x");
  server.prompt("hidden", { ...completed, visibleTo }, () => "x");
  server.resource("open:1", {}, () => "x");
  server.resource("hidden:1", { visibleTo }, () => "x");
  server.resource("open:{id}/x", { complete: { id: ["x"] } }, () => "x");
  server.resource(
    "hidden:{id}/x",
    { visibleTo, complete: { id: ["x"] }, list: () => [{ uri: "hidden:1/x" }] },
    () => "x",
  );
  return server;
}

const LISTS = {
  "tools/list": ["tools", "name", ["open"], ["hidden"]],
  "prompts/list": ["prompts", "name", ["open"], ["hidden"]],
  "resources/list": ["resources", "uri", ["open:1"], ["hidden:1", "hidden:1/x"]],
  "resources/templates/list": ["resourceTemplates", "uriTemplate", ["open:{id}/x"], ["hidden:{id}/x"]],
} as const;

const USES: readonly (readonly [string, (which: string) => JsonObject])[] = [
  ["tools/call", (which) => ({ name: which })],
  ["prompts/get", (which) => ({ name: which, arguments: { a: "" } })],
  ["resources/read", (which) => ({ uri: `${which}:1` })],
  ["resources/read", (which) => ({ uri: `${which}:1/x` })],
  [
    "completion/complete",
    (name) => ({ ref: { type: "ref/prompt", name }, argument: { name: "a", value: "" } }),
  ],
  [
    "completion/complete",
    (which) => ({
      ref: { type: "ref/resource", uri: `${which}:{id}/x` },
      argument: { name: "id", value: "" },
    }),
  ],
];

interface Listed {
  readonly ids: unknown[];
  readonly scopes: unknown[];
}

async function list(ask: Ask, method: keyof typeof LISTS): Promise<Listed> {
  const [name, id] = LISTS[method];
  const [ids, scopes]: [unknown[], unknown[]] = [[], []];
  let cursor: JsonObject = {};
  for (;;) {
    const { result = {} } = await ask(method, cursor);
    ids.push(...(result[name] as JsonObject[]).map((item) => item[id]));
    scopes.push(result["cacheScope"]);
    if (result["nextCursor"] === undefined) return { ids, scopes };
    cursor = { cursor: result["nextCursor"] };
  }
}

describe.each(BOTH_ERAS)("an item that only some may see, in the %s era", (era, speak) => {
  const methods = Object.keys(LISTS) as (keyof typeof LISTS)[];

  it.each(methods)("is in %s for them, and for nobody else", async (method) => {
    const server = serving(forNotes);
    const [, , open, hidden] = LISTS[method];
    const scope = era === "stateless" ? "private" : undefined;
    for (const principal of [bob, undefined, ann, bob]) {
      const ask = await speak(server, { ...(principal !== undefined && { principal }) });
      const { ids, scopes } = await list(ask, method);
      expect(ids).toEqual(principal === ann ? [...open, ...hidden] : open);
      expect(new Set(scopes)).toEqual(new Set([scope]));
    }
  });

  it.each(USES)("is served to them, and unknown to others: %s", async (method, params) => {
    const server = serving(forNotes);
    const [seen, unseen] = [await speak(server, { principal: ann }), await speak(server, { principal: bob })];
    expect(await seen(method, params("hidden"))).toHaveProperty("result");
    expect(await unseen(method, params("open"))).toHaveProperty("result");
    const { error } = await unseen(method, params("hidden"));
    const unknown = (await unseen(method, params("gone"))).error;
    expect(JSON.stringify(error)).toBe(JSON.stringify(unknown).replaceAll("gone", "hidden"));
    expect(error?.code).toBeLessThan(-32000);
  });
});

describe("visibleTo", () => {
  it("gets who was authenticated, and nothing else", async () => {
    const given: unknown[][] = [];
    const server = serving((...args) => given.push(args) > 0);
    await openLink(server, { principal: ann }).stateless("tools/call", { name: "hidden" });
    await openLink(server).stateless("tools/call", { name: "hidden" });
    expect(given).toEqual([[ann], [undefined]]);
  });

  it("hides what it throws for, or answers with something else, and tells the author", async () => {
    const failure = new Error("no database");
    const wrong: readonly [() => unknown, unknown][] = [
      [
        () => Promise.resolve(true),
        expect.objectContaining({
          message: expect.stringMatching(/tool "hidden" must return a boolean/) as string,
        }),
      ],
      [
        () => {
          throw failure;
        },
        failure,
      ],
    ];
    for (const [visibleTo, report] of wrong) {
      const told: unknown[] = [];
      const { stateless } = openLink(serving(visibleTo as VisibleTo, told));
      const reply = await stateless("tools/call", { name: "hidden" });
      expect(reply?.error?.message).toBe("Unknown tool: hidden");
      expect(told).toEqual([report]);
    }
  });

  it("makes a list private from when it is there to when it is gone", async () => {
    const server = new McpServer("s");
    server.tool("a", {}, () => "x");
    const { stateless } = openLink(server);
    const scope = async (): Promise<unknown> => (await stateless("tools/list"))?.result?.["cacheScope"];
    expect(await scope()).toBe("public");
    const restricted = server.tool("b", { visibleTo: () => true }, () => "x");
    expect(await scope()).toBe("private");
    restricted.disable();
    expect(await scope()).toBe("private");
    restricted.remove();
    expect(await scope()).toBe("public");
  });

  it("leaves the time a list may be kept as it is configured", async () => {
    const server = new McpServer("s", { cache: { lists: { ttlMs: 5, cacheScope: "public" } } });
    server.tool("a", { visibleTo: () => true }, () => "x");
    expect((await openLink(server).stateless("tools/list"))?.result).toMatchObject({
      ttlMs: 5,
      cacheScope: "private",
    });
  });
});
