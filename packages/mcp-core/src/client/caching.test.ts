import { describe, expect, it } from "vitest";
import { connected, type Connected } from "../../test/support/connected.js";
import { settled } from "../../test/support/link.js";
import type { FarEnd, Script } from "../../test/support/scripted-server.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { ManualClock } from "../testing/manual-clock.js";
import { responseCache } from "./cache/response-cache.js";
import { InvalidResultError } from "../protocol/client-errors.js";

const FRESH = { ttlMs: 1_000, cacheScope: "private" };

/** Answers every request with something new, and with hints. */
function counting(hints: JsonObject = FRESH): Script {
  let count = 0;
  return ({ id, method, params }, to) => {
    if (id === undefined) return;
    count += 1;
    const name = String(count);
    const inputSchema = { type: "object" };
    const results: Record<string, JsonObject> = {
      "tools/list": { tools: [{ name, inputSchema }] },
      "prompts/list": { prompts: [{ name }] },
      "resources/list": { resources: [{ name, uri: "note://1" }] },
      "resources/templates/list": { resourceTemplates: [{ name, uriTemplate: "note://{id}" }] },
      "resources/read": { contents: [{ uri: params?.["uri"] ?? "", text: name }] },
      "prompts/get": { messages: [{ role: "user", content: { type: "text", text: name } }] },
      "tools/call": { content: [{ type: "text", text: name }] },
      "completion/complete": { completion: { values: [name] } },
    };
    to.result(id, { resultType: "complete", ...results[method ?? ""], ...hints });
  };
}

async function read({ client }: Connected, uri = "note://1"): Promise<string> {
  const { contents } = await client.readResource(uri);
  return contents.map((each) => ("text" in each ? each.text : "")).join();
}

const notify = ({ end }: Connected, method: string, params: JsonObject = {}): void => {
  end.send({ jsonrpc: "2.0", method, params });
};

describe("what a server lets a client keep", () => {
  it("is served until its time is over, from when it was received", async () => {
    const c = await connected(counting());
    expect(await read(c)).toBe("1");
    c.clock.advance(999);
    expect(await read(c)).toBe("1");
    c.clock.advance(1);
    expect(await read(c)).toBe("2");
    expect(c.asked()).toHaveLength(2);
  });

  it.each([
    ["tools/list", (c: Connected) => c.client.listTools()],
    ["prompts/list", (c: Connected) => c.client.listPrompts()],
    ["resources/list", (c: Connected) => c.client.listResources()],
    ["resources/templates/list", (c: Connected) => c.client.listResourceTemplates()],
    ["resources/read", (c: Connected) => c.client.readResource("note://1")],
  ] as const)("is a result of %s", async (method, call) => {
    const c = await connected(counting());
    const first = await call(c);
    expect(await call(c)).toEqual(first);
    expect(c.asked().map((message) => message.method)).toEqual([method]);
  });

  it.each([
    ["prompts/get", (c: Connected) => c.client.getPrompt("a")],
    ["tools/call", (c: Connected) => c.client.callTool("a")],
    [
      "completion/complete",
      (c: Connected) => c.client.complete({ type: "ref/prompt", name: "a" }, { name: "x", value: "" }),
    ],
    ["server/discover", (c: Connected) => c.client.ping()],
  ] as const)("is no result of %s", async (method, call) => {
    const c = await connected(counting());
    await call(c);
    await call(c);
    const sent = c.end.received.filter((message) => message.method === method);
    expect(sent).toHaveLength(method === "server/discover" ? 3 : 2);
  });

  it.each([
    ["nothing", {}],
    ["0", { ttlMs: 0 }],
    ["less than 0", { ttlMs: -1 }],
    ["a fraction", { ttlMs: 1.5 }],
    ["more than can be counted", { ttlMs: 1e300 }],
    ["text", { ttlMs: "1000" }],
  ])("is nothing when the server says %s", async (_, hints) => {
    const c = await connected(counting({ cacheScope: "public", ...hints }));
    await read(c);
    expect(await read(c)).toBe("2");
  });

  it("is no error", async () => {
    const c = await connected(({ id }, to) => to.error(id, -32603, { ttlMs: 1_000 }));
    await expect(read(c)).rejects.toThrow("error -32603");
    await expect(read(c)).rejects.toThrow("error -32603");
    expect(c.asked()).toHaveLength(2);
  });

  it.each([
    ["tools/list", { tools: "none" }, (c: Connected) => c.client.listTools()],
    ["prompts/list", { prompts: [{}] }, (c: Connected) => c.client.listPrompts()],
    ["resources/list", { resources: [{ name: "a" }] }, (c: Connected) => c.client.listResources()],
    ["resources/templates/list", {}, (c: Connected) => c.client.listResourceTemplates()],
    ["resources/read", { contents: {} }, (c: Connected) => c.client.readResource("note://1")],
  ] as const)("is no result of %s that is malformed", async (_, malformed, call) => {
    let isMended = false;
    const mended = counting();
    const c = await connected((message, to) => {
      if (isMended) mended(message, to);
      else to.result(message.id, { resultType: "complete", ...malformed, ...FRESH });
    });
    await expect(call(c)).rejects.toThrow(InvalidResultError);
    isMended = true;
    await call(c);
    expect(c.asked()).toHaveLength(2);
  });

  it("is no result of an extension's type", async () => {
    const extension = { id: "acme/slow", resultTypes: ["later"] };
    const c = await connected(counting({ ...FRESH, resultType: "later" }), { extensions: [extension] });
    await read(c);
    expect(await read(c)).toBe("2");
  });

  it("is no answer to a request that answered questions, nor is one served to it", async () => {
    const c = await connected(counting());
    const uri = "note://1";
    for (const more of [{ inputResponses: {} }, { requestState: "s" }]) {
      await c.client.request("resources/read", { uri, ...more });
    }
    expect(await read(c)).toBe("3");
    await c.client.request("resources/read", { uri, requestState: "s" });
    expect(c.asked()).toHaveLength(4);
    expect(await read(c)).toBe("3");
  });
});

describe("a result that is kept", () => {
  it("is served for the same params only, in whatever order they are, `_meta` aside", async () => {
    const c = await connected(counting());
    const text = async (params: JsonObject): Promise<JsonObject> =>
      c.client.request("resources/read", params);
    const first = await text({ uri: "a", "acme/x": { b: 1, c: 2 } });
    expect(await text({ "acme/x": { c: 2, b: 1 }, uri: "a", _meta: { trace: 1 } })).toEqual(first);
    for (const params of [{ uri: "a" }, { uri: "A" }, { uri: "a", "acme/x": { b: 1, c: 3 } }])
      expect(await text(params)).not.toEqual(first);
  });

  it("is served to each caller as a value of its own", async () => {
    const c = await connected(counting());
    const [first, second] = [await c.client.listTools(), await c.client.listTools()];
    expect(second).toEqual(first);
    Object.assign(second[0] ?? {}, { name: "changed" });
    Object.assign(first[0] ?? {}, { name: "changed too" });
    expect(await c.client.listTools()).toMatchObject([{ name: "1" }]);
  });

  it("is passed by and replaced by `reload`, and left alone by `no-store`", async () => {
    const c = await connected(counting());
    const ask = async (cache: "default" | "reload" | "no-store"): Promise<unknown> =>
      (await c.client.listTools({ cache }))[0]?.name;
    expect(await ask("default")).toBe("1");
    expect(await ask("no-store")).toBe("2");
    expect(await ask("default")).toBe("1");
    expect(await ask("reload")).toBe("3");
    expect(await ask("default")).toBe("3");
  });

  it("gives way to a later answer that must not be kept", async () => {
    let hints: JsonObject = FRESH;
    const c = await connected((message, to) => to.result(message.id, { tools: [], ...hints }));
    await c.client.listTools();
    hints = {};
    await c.client.listTools({ cache: "reload" });
    await c.client.listTools();
    expect(c.asked()).toHaveLength(3);
  });

  it("does not give way to the late answer to an earlier request", async () => {
    const c = await connected(() => undefined);
    const calls = [c.client.listPrompts(), c.client.listPrompts()];
    await settled();
    const [first, second] = c.asked();
    c.end.result(second?.id, { prompts: [{ name: "second" }], ...FRESH });
    c.end.result(first?.id, { prompts: [{ name: "first" }], ...FRESH });
    await Promise.all(calls);
    expect(await c.client.listPrompts()).toEqual([{ name: "second" }]);
  });

  it("is not served to a caller who has given up already", async () => {
    const c = await connected(counting());
    await c.client.listTools();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(c.client.listTools({ signal })).rejects.toThrow("enough");
  });

  it("is forgotten when the bounds are reached, the one used least lately first", async () => {
    const cache = responseCache({ maxEntries: 2 });
    const c = await connected(counting(), { cache });
    for (const uri of ["a", "b", "a", "c"]) await read(c, uri);
    expect(cache.count).toBe(2);
    expect([await read(c, "a"), await read(c, "b")]).toEqual(["1", "4"]);
  });

  it("is kept only if it is within the bound on bytes", async () => {
    const c = await connected(counting(), { cache: responseCache({ maxBytes: 200 }) });
    await read(c);
    expect(await read(c)).toBe("2");
  });

  it("is none with `cache: false`", async () => {
    const c = await connected(counting(), { cache: false });
    await read(c);
    notify(c, "notifications/resources/updated", { uri: "note://1" });
    expect(await read(c)).toBe("2");
  });

  it("is forgotten when the client connects anew, and never served without a connection", async () => {
    const c = await connected(counting(), { reconnect: { attempts: 1, windowMs: 1_000 } });
    await read(c);
    c.end.lose("gone");
    await settled();
    expect(await read(c)).toBe("2");
    expect(await read(c)).toBe("2");
    await c.client.close();
    await expect(read(c)).rejects.toThrow("closed");
  });
});

describe("a notification", () => {
  const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
  it.each([
    ["notifications/tools/list_changed", {}, ["tools/list"]],
    ["notifications/prompts/list_changed", {}, ["prompts/list"]],
    ["notifications/resources/list_changed", {}, ["resources/list", "resources/templates/list"]],
    ["notifications/resources/updated", { uri: "note://1" }, ["resources/read"]],
    ["notifications/resources/updated", { uri: "note://1/part" }, ["resources/read"]],
    ["notifications/resources/updated", { uri: "note://11" }, []],
    ["notifications/resources/updated", { uri: "note://2" }, []],
    ["notifications/resources/updated", {}, []],
    ["notifications/acme", {}, []],
  ] as const)("%s with %j makes %j stale", async (method, params, stale) => {
    const c = await connected(counting());
    const requests: [string, JsonObject][] = [
      ...lists.map((list): [string, JsonObject] => [list, {}]),
      ...lists.map((list): [string, JsonObject] => [list, { cursor: "2" }]),
      ["resources/read", { uri: "note://1" }],
    ];
    for (const [asked, with_] of requests) await c.client.request(asked, with_);
    const before = c.asked().length;
    notify(c, method, params);
    for (const [asked, with_] of requests) await c.client.request(asked, with_);
    const again = c
      .asked()
      .slice(before)
      .map((message) => message.method);
    expect([...new Set(again)]).toEqual(stale);
    expect(again).toHaveLength(requests.filter(([asked]) => stale.some((each) => each === asked)).length);
  });

  it("keeps out an answer to a request that was sent before it", async () => {
    const c = await connected(() => undefined);
    const reading = read(c);
    await settled();
    notify(c, "notifications/resources/updated", { uri: "note://1" });
    const [first] = c.asked();
    c.end.result(first?.id, { contents: [{ uri: "note://1", text: "old" }], ...FRESH });
    expect(await reading).toBe("old");
    void read(c);
    await settled();
    expect(c.asked()).toHaveLength(2);
  });

  it("may have been missed while a subscription was interrupted", async () => {
    const listens: { readonly id: RequestId; readonly to: FarEnd }[] = [];
    const answer = counting();
    const c = await connected((message, to) => {
      const { id, method, params } = message;
      if (method !== "subscriptions/listen" || typeof id !== "number") {
        answer(message, to);
        return;
      }
      listens.push({ id, to });
      const _meta = { [Meta.subscriptionId]: id };
      const acknowledged = { notifications: params?.["notifications"], _meta };
      to.send({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params: acknowledged });
    });
    const names: unknown[] = [];
    await c.client.listen({ toolsListChanged: true }, () => {
      void c.client.listTools().then((tools) => names.push(...tools.map(({ name }) => name)));
    });
    await c.client.listTools();
    listens[0]?.to.result(listens[0].id, {});
    await settled();
    await settled();
    expect(listens).toHaveLength(2);
    expect(names).toEqual(["2"]);
    await c.client.close();
  });

  it("has had its effect when it is handed on", async () => {
    const again: Promise<unknown>[] = [];
    const c: Connected = await connected(counting(), {
      onNotification: () => again.push(c.client.listTools()),
    });
    await c.client.listTools();
    notify(c, "notifications/tools/list_changed");
    expect(await Promise.all(again)).toMatchObject([[{ name: "2" }]]);
  });
});

describe("clients that share a cache", () => {
  const clock = new ManualClock();
  const sharing = async (
    scope: "public" | "private",
    ...clients: { readonly server?: string; readonly principal?: string; readonly bare?: true }[]
  ): Promise<Connected[]> => {
    const store = responseCache();
    const script = counting({ ttlMs: 1_000, cacheScope: scope });
    return Promise.all(
      clients.map(({ bare, ...of }) =>
        connected(script, { clock, cache: bare === true ? store : { store, server: "s", ...of } }),
      ),
    );
  };
  const reads = async (clients: readonly Connected[]): Promise<string[]> => {
    const texts: string[] = [];
    for (const client of clients) texts.push(await read(client));
    return texts;
  };

  it("share what is public of the same server, whoever they are", async () => {
    const clients = await sharing("public", { principal: "ann" }, { principal: "bob" }, {});
    expect(await reads(clients)).toEqual(["1", "1", "1"]);
  });

  it("share nothing of different servers", async () => {
    const clients = await sharing("public", { server: "a" }, { server: "b" }, { bare: true }, { bare: true });
    expect(await reads(clients)).toEqual(["1", "2", "3", "4"]);
  });

  it("share what is private with the same principal only", async () => {
    const clients = await sharing(
      "private",
      { principal: "ann" },
      { principal: "bob" },
      { principal: "ann" },
    );
    expect(await reads(clients)).toEqual(["1", "2", "1"]);
  });

  it("share nothing private without a principal, whatever the others are called", async () => {
    const clients = await sharing(
      "private",
      {},
      {},
      { principal: "1" },
      { principal: "2" },
      { principal: "" },
    );
    expect(await reads(clients)).toEqual(["1", "2", "3", "4", "5"]);
    expect(await reads(clients)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("take what is neither public nor private for private", async () => {
    const clients = await sharing("shared" as "private", { principal: "ann" }, { principal: "bob" });
    expect(await reads(clients)).toEqual(["1", "2"]);
  });

  it("learn from the notifications of each other", async () => {
    const clients = await sharing("public", { principal: "ann" }, { principal: "bob" });
    const [ann, bob] = clients;
    if (ann === undefined || bob === undefined) throw new Error("There are two");
    await read(ann);
    notify(bob, "notifications/resources/updated", { uri: "note://1" });
    expect(await read(ann)).toBe("2");
  });

  it("leave behind what others may have, and nothing else", async () => {
    const store = responseCache();
    const of = async (cacheScope: string, principal?: string): Promise<void> => {
      const cache = { store, server: "s", ...(principal !== undefined && { principal }) };
      const c = await connected(counting({ ttlMs: 1_000, cacheScope }), { cache });
      await read(c, cacheScope + String(principal));
      await c.client.close();
    };
    await of("private");
    expect(store.count).toBe(0);
    await of("private", "ann");
    await of("public");
    expect(store.count).toBe(2);
    expect(store.bytes).toBeGreaterThan(200);
    store.clear();
    expect([store.count, store.bytes]).toEqual([0, 0]);
  });
});
