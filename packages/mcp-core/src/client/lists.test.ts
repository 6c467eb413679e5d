import { describe, expect, it } from "vitest";
import { connected, type Connected } from "../../test/support/connected.js";
import type { Script } from "../../test/support/scripted-server.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { McpClient } from "./client.js";

const LISTS = [
  ["tools/list", "tools", (c: McpClient) => c.listTools(), (c: McpClient) => c.tools()],
  ["prompts/list", "prompts", (c: McpClient) => c.listPrompts(), (c: McpClient) => c.prompts()],
  ["resources/list", "resources", (c: McpClient) => c.listResources(), (c: McpClient) => c.resources()],
  [
    "resources/templates/list",
    "resourceTemplates",
    (c: McpClient) => c.listResourceTemplates(),
    (c: McpClient) => c.resourceTemplates(),
  ],
] as const;

const item = (name: string): JsonObject => ({
  name,
  inputSchema: { type: "object" },
  uri: `note://${name}`,
  uriTemplate: `note://${name}/{id}`,
});

/** Pages by their cursor; the first has none. */
type Pages = Readonly<
  Record<string, { readonly names: string[]; readonly next?: string; readonly ttlMs?: number }>
>;

/** Answers with pages as they are at the time; a cursor there is no page for is refused. */
function paging(pages: () => Pages): Script {
  return ({ id, method, params }, to) => {
    const member = LISTS.find(([list]) => list === method)?.[1];
    const cursor = params?.["cursor"];
    const page = pages()[typeof cursor === "string" ? cursor : "first"];
    if (member === undefined || page === undefined) to.error(id, -32602);
    else {
      const { names, next, ttlMs = 0 } = page;
      to.result(id, { [member]: names.map(item), ttlMs, ...(next !== undefined && { nextCursor: next }) });
    }
  };
}

const cursors = (c: Connected): unknown[] => c.asked().map(({ params }) => params?.["cursor"]);

describe.each(LISTS)("reading %s", (method, member, all, each) => {
  const pages: Pages = {
    first: { names: ["a"], next: "" },
    "": { names: [], next: "2" },
    "2": { names: ["b", "c"] },
  };

  it("takes every page", async () => {
    const c = await connected(paging(() => pages));
    expect((await all(c.client)).map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(cursors(c)).toEqual([undefined, "", "2"]);
  });

  it("fetches a page when one of its items is asked for", async () => {
    const c = await connected(paging(() => pages));
    const seen: string[] = [];
    const fetched: number[] = [];
    for await (const { name } of each(c.client)) {
      seen.push(name);
      fetched.push(c.asked().length);
    }
    expect(seen).toEqual(["a", "b", "c"]);
    expect(fetched).toEqual([1, 3, 3]);
  });

  it("fetches no more when nothing more is asked for", async () => {
    const c = await connected(paging(() => pages));
    for await (const { name } of each(c.client)) {
      expect(name).toBe("a");
      break;
    }
    expect(c.asked()).toHaveLength(1);
  });

  it.each([
    ["no list", {}],
    ["items without names", { [member]: [{ ...item("a"), name: 1 }] }],
    ["what are no objects", { [member]: [null] }],
  ])("refuses %s", async (_, result) => {
    const c = await connected(({ id }, to) => to.result(id, result));
    const error = { name: "InvalidResultError", message: expect.stringContaining(method) as string };
    await expect(all(c.client)).rejects.toMatchObject(error);
    await expect(each(c.client).next()).rejects.toMatchObject(error);
  });

  it("stops when a cursor comes twice", async () => {
    const c = await connected(
      paging(() => ({ first: { names: ["a"], next: "x" }, x: { names: [], next: "x" } })),
    );
    await expect(all(c.client)).rejects.toThrow("does not end");
    const items = each(c.client);
    await items.next();
    await expect(items.next()).rejects.toThrow("does not end");
  });
});

describe("a cursor the server no longer takes", () => {
  const old: Pages = { first: { names: ["a"], next: "2", ttlMs: 1_000 }, "2": { names: ["b"], ttlMs: 10 } };
  const now: Pages = {
    first: { names: ["x"], next: "3", ttlMs: 1_000 },
    "3": { names: ["y"], ttlMs: 1_000 },
  };

  /** The first page is still fresh when the pages change. */
  const outdated = async (later: Pages = now): Promise<Connected> => {
    let pages = old;
    const c = await connected(paging(() => pages));
    await c.client.listPrompts();
    pages = later;
    c.clock.advance(10);
    return c;
  };

  it("has the whole list read again, when a cached page had led to it", async () => {
    const c = await outdated();
    expect((await c.client.listPrompts()).map(({ name }) => name)).toEqual(["x", "y"]);
    expect(cursors(c).slice(2)).toEqual(["2", undefined, "3"]);
    expect((await c.client.listPrompts()).map(({ name }) => name)).toEqual(["x", "y"]);
    expect(c.asked()).toHaveLength(5);
  });

  it("does so once", async () => {
    const c = await outdated({ first: { names: ["x"], next: "3", ttlMs: 1_000 } });
    await expect(c.client.listPrompts()).rejects.toMatchObject({ code: -32602 });
    expect(cursors(c).slice(2)).toEqual(["2", undefined, "3"]);
  });

  it("ends an iteration, which has given out items already; the next one begins anew", async () => {
    const c = await outdated();
    const prompts = c.client.prompts();
    expect(await prompts.next()).toMatchObject({ value: { name: "a" } });
    await expect(prompts.next()).rejects.toMatchObject({ code: -32602 });
    const again: string[] = [];
    for await (const { name } of c.client.prompts()) again.push(name);
    expect(again).toEqual(["x", "y"]);
  });

  it("is the server's error when nothing came from the cache", async () => {
    const c = await connected(paging(() => ({ first: { names: ["a"], next: "2", ttlMs: 1_000 } })));
    await expect(c.client.listPrompts()).rejects.toMatchObject({ code: -32602 });
    expect(c.asked()).toHaveLength(2);
  });

  it("leaves the other lists alone", async () => {
    const c = await outdated();
    await c.client.listTools();
    await c.client.listPrompts();
    const before = c.asked().length;
    await c.client.listTools();
    expect(c.asked()).toHaveLength(before);
  });
});
