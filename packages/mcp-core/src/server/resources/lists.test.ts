import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOTH_ERAS, type Ask } from "../../../test/support/both-eras.js";
import { openLink } from "../../../test/support/link.js";
import { McpServer } from "../server.js";
import type { ListedResource } from "./definition.js";

interface Page {
  readonly uris: readonly string[];
  readonly nextCursor: string | undefined;
}

async function page(ask: Ask, cursor?: string): Promise<Page> {
  const { result, error } = await ask("resources/list", { ...(cursor !== undefined && { cursor }) });
  if (error !== undefined) throw new Error(error.message);
  const resources = result?.["resources"] as { uri: string }[];
  return { uris: resources.map(({ uri }) => uri), nextCursor: result?.["nextCursor"] as string | undefined };
}

async function all(ask: Ask, between: (page: number) => void = () => undefined): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let number = 0; number < 1_000; number += 1) {
    const { uris, nextCursor } = await page(ask, cursor);
    seen.push(...uris);
    if (nextCursor === undefined) return seen;
    cursor = nextCursor;
    between(number);
  }
  throw new Error("the list does not end");
}

const listing = (scheme: string, ids: readonly unknown[]): ListedResource[] =>
  ids.map((id) => ({ uri: `${scheme}:${String(id)}` }));

describe.each(BOTH_ERAS)("the list of resources in the %s era", (_, speak) => {
  it.each([1, 2, 3, 5, 6, 7, 100])(
    "has resources, then what each template lists, %d on a page",
    async (pageSize) => {
      const server = new McpServer("s", { pageSize });
      server.resource("b:{id}", { list: () => listing("b", [2, 1]) }, () => "x");
      server.resource("a:1", {}, () => "x");
      server.resource("none:{id}", {}, () => "x");
      server.resource("c:{id}", { list: () => Promise.resolve(listing("c", [1])) }, () => "x");
      server.resource("a:2", {}, () => "x");
      server.resource("empty:{id}", { list: () => [] }, () => "x");
      const ask = await speak(server);
      expect(await all(ask)).toEqual(["a:1", "a:2", "b:2", "b:1", "c:1"]);
      expect((await page(ask)).uris).toHaveLength(Math.min(pageSize, 5));
    },
  );

  it("takes the variables of a template for the URI they make", async () => {
    const server = new McpServer("s");
    const list = () => [{ variables: { id: "a b" } }, { uri: "note:c" }];
    server.resource("note:{id}", { list }, () => "x");
    expect(await all(await speak(server))).toEqual(["note:a%20b", "note:c"]);
  });

  it("shows a resource once that a template lists too, and not at all when it is disabled", async () => {
    const server = new McpServer("s");
    const fixed = server.resource("a:1", { name: "Registered" }, () => "x");
    server.resource("a:{id}", { list: () => listing("a", [1, 2]) }, () => "x");
    const ask = await speak(server);
    expect(await all(ask)).toEqual(["a:1", "a:2"]);
    fixed.disable();
    expect(await all(ask)).toEqual(["a:2"]);
  });

  it("gives listed resources the MIME type of their template, unless they have one", async () => {
    const server = new McpServer("s");
    const list = (): ListedResource[] => [{ uri: "a:1" }, { uri: "a:2", name: "Two", mimeType: "x/z" }];
    server.resource("a:{id}", { mimeType: "x/y", list }, () => "x");
    const { result } = await (await speak(server))("resources/list");
    expect(result?.["resources"]).toEqual([
      { uri: "a:1", name: "a:1", mimeType: "x/y" },
      { uri: "a:2", name: "Two", mimeType: "x/z" },
    ]);
  });

  it("goes on where it was when things come and go between pages", async () => {
    const server = new McpServer("s", { pageSize: 2 });
    let ids: unknown[] = [1, 2, 3, 4, 5];
    server.resource("a:{id}", { list: () => listing("a", ids) }, () => "x");
    const changes = [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 5], [5]];
    const seen = await all(await speak(server), (number) => {
      ids = changes[number] ?? ids;
    });
    expect(seen).toEqual(["a:1", "a:2", "a:3", "a:4", "a:5"]);
  });

  it("goes on behind a template that was removed", async () => {
    const server = new McpServer("s", { pageSize: 1 });
    const first = server.resource("a:{id}", { list: () => listing("a", [1, 2]) }, () => "x");
    server.resource("b:{id}", { list: () => listing("b", ["ü"]) }, () => "x");
    const seen = await all(await speak(server), () => {
      first.remove();
    });
    expect(seen).toEqual(["a:1", "b:ü"]);
  });

  it.each([
    "",
    "nonsense",
    btoa("{}"),
    btoa('{"list":"tools","place":0}'),
    btoa('{"list":"resources","place":-1}'),
  ])("refuses the cursor %j", async (cursor) => {
    for (const list of [undefined, (): ListedResource[] => []]) {
      const server = new McpServer("s");
      server.resource("a:{id}", { ...(list !== undefined && { list }) }, () => "x");
      server.resource("a:1", {}, () => "x");
      const ask = await speak(server);
      for (const method of ["resources/list", "resources/templates/list"])
        expect((await ask(method, { cursor })).error?.code).toBe(-32602);
    }
  });

  it.each([
    [undefined, "it is missing"],
    ["a:1", 'it is "a:1"'],
    [[{}], "[0] is an object whose uri is missing"],
    [[{ uri: "a:1" }, { uri: 1 }], "[1] is an object whose uri is 1"],
    [["a:1"], '[0] is "a:1"'],
  ])("fails when a template lists %j, and says what is wrong", async (wrong, problem) => {
    const server = new McpServer("s", { onError: () => undefined });
    server.resource("a:{id}", { list: (() => wrong) as () => [] }, () => "x");
    const { error } = await (await speak(server))("resources/list");
    expect(error).toMatchObject({
      code: -32603,
      message: `Internal error: What list of resource template "a:{id}" returns must be an array of objects with a string as uri, or with variables; ${problem}`,
    });
  });

  it("gives templates by pages too", async () => {
    const server = new McpServer("s", { pageSize: 1 });
    for (const name of ["a", "b"]) server.resource(`${name}:{id}`, {}, () => "x");
    const ask = await speak(server);
    const { result } = await ask("resources/templates/list");
    expect(result?.["resourceTemplates"]).toMatchObject([{ uriTemplate: "a:{id}" }]);
    const next = await ask("resources/templates/list", { cursor: result?.["nextCursor"] ?? 0 });
    expect(next.result?.["resourceTemplates"]).toMatchObject([{ uriTemplate: "b:{id}" }]);
    expect(next.result).not.toHaveProperty("nextCursor");
  });
});

describe("the pages of the list of resources", () => {
  it("have each resource once that was there at first, whatever comes between", async () => {
    const numbers = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        numbers,
        fc.array(numbers, { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (kept, coming, pageSize) => {
          const server = new McpServer("s", { pageSize });
          const at = (round: number): string[] =>
            // What was there keeps its order.
            [
              ...new Set([
                ...kept.map((one) => one * 2),
                ...coming
                  .slice(0, round)
                  .flat()
                  .map((one) => one * 2 + 1),
              ]),
            ]
              .sort((a, b) => a - b)
              .map((one) => `a:${String(one)}`);
          let round = 0;
          server.resource("a:{id}", { list: () => at(round).map((uri) => ({ uri })) }, () => "x");
          const { stateless } = openLink(server);
          const seen = await all(
            async (method, params) => (await stateless(method, params)) ?? {},
            () => (round += 1),
          );
          expect(seen).toHaveLength(new Set(seen).size);
          expect(seen.filter((uri) => Number(uri.slice(2)) % 2 === 0)).toHaveLength(kept.length);
        },
      ),
    );
  });
});

describe("the caching hints of the list of resources", () => {
  const scopes = async (server: McpServer, method = "resources/list"): Promise<unknown[]> => {
    const { stateless } = openLink(server);
    const first = (await stateless(method))?.result;
    const second = (await stateless(method, { cursor: first?.["nextCursor"] ?? 0 }))?.result;
    return [first, second].map((result) => [result?.["ttlMs"], result?.["cacheScope"]]);
  };
  const server = (): McpServer => {
    const one = new McpServer("s", { pageSize: 1 });
    for (const uri of ["a:1", "a:2", "b:{x}", "c:{x}"]) one.resource(uri, {}, () => "x");
    return one;
  };
  const both = (scope: string): unknown[] => [60_000, 60_000].map((ttlMs) => [ttlMs, scope]);

  it("are public when everybody gets the same", async () => {
    expect(await scopes(server())).toEqual(both("public"));
    expect(await scopes(server(), "resources/templates/list")).toEqual(both("public"));
  });

  it("are private on all pages when a template lists, as that sees who asks, and let nobody keep them", async () => {
    const one = server();
    one.resource("d:{x}", { list: () => [] }, () => "x");
    expect(await scopes(one)).toEqual([
      [0, "private"],
      [0, "private"],
    ]);
    expect(await scopes(one, "resources/templates/list")).toEqual(both("public"));
  });

  it("are the author's, also when a template lists", async () => {
    const one = new McpServer("s", { cache: { lists: { ttlMs: 7, cacheScope: "public" } } });
    one.resource("d:{x}", { list: () => [] }, () => "x");
    expect((await scopes(one))[0]).toEqual([7, "private"]);
  });

  it("are private on all pages when an item is for some only", async () => {
    const one = server();
    one.resource("a:3", { visibleTo: () => true }, () => "x");
    expect(await scopes(one)).toEqual(both("private"));
    expect(await scopes(one, "resources/templates/list")).toEqual(both("public"));
    one.resource("d:{x}", { visibleTo: () => true }, () => "x");
    expect(await scopes(one, "resources/templates/list")).toEqual(both("private"));
  });
});
