import { describe, expect, it } from "vitest";
import { gate } from "../../../test/support/gate.js";
import { handshaken, openLink, settled, wire, type TestLink, type Wire } from "../../../test/support/link.js";
import type { Outgoing } from "../../jsonrpc/encode.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import type { Handshake } from "../../protocol/handshake.js";
import { Meta } from "../../protocol/meta.js";
import { HANDSHAKE_REVISIONS } from "../../protocol/revisions.js";
import { memoryState } from "../../state/index.js";
import type { McpServerOptions } from "../options.js";
import { McpServer } from "../server.js";
import type { ResourceHandle } from "./definition.js";

const UPDATED = "notifications/resources/updated";
const updated = (uri: string): object => ({ jsonrpc: "2.0", method: UPDATED, params: { uri } });
const onSubscription = (uri: string): object => ({
  jsonrpc: "2.0",
  method: UPDATED,
  params: { uri, _meta: { [Meta.subscriptionId]: "sub" } },
});

function notes(options: McpServerOptions = {}): McpServer {
  const server = new McpServer("s", options);
  server.resource("note://{id}", {}, () => "x");
  server.resource("secret://1", { visibleTo: (principal) => principal?.id === "ann" }, () => "x");
  return server;
}

async function update(server: McpServer, ...uris: readonly string[]): Promise<void> {
  for (const uri of uris) server.resourceUpdated(uri);
  await settled();
}

describe("telling that a resource was updated", () => {
  it.each(["", "note", "note://a b", 5])("refuses %j, which is no URI", (uri) => {
    expect(() => notes().resourceUpdated(uri as string)).toThrow(TypeError);
  });

  it("is done with the handle too", async () => {
    const server = new McpServer("s");
    const note = server.resource("note://{id}", {}, () => "x");
    const config = server.resource("config://app", {}, () => "x");
    const { request, pushed } = await handshaken(server);
    await request("resources/subscribe", { uri: "note://a%20b" });
    await request("resources/subscribe", { uri: "config://app" });
    note.updated({ id: "a b" });
    note.updated({ id: "c" });
    config.updated();
    await settled();
    expect(pushed).toEqual([updated("note://a%20b"), updated("config://app")]);
  });

  it("tell of a family that lists other resources now", async () => {
    const server = new McpServer("s");
    const note = server.resource("note://{id}", { list: () => [] }, () => "x");
    const { pushed } = await handshaken(server);
    note.listChanged();
    await settled();
    expect(pushed).toEqual([{ jsonrpc: "2.0", method: "notifications/resources/list_changed" }]);
  });

  it("reaches clients of both eras, on other nodes too", async () => {
    const state = memoryState();
    const [here, there] = [notes({ state }), notes({ state })];
    const { request, pushed } = await handshaken(here);
    await request("resources/subscribe", { uri: "note://1" });
    const sent = await listen(openLink(here), ["note://1"]);
    await update(there, "note://1", "note://2");
    expect(pushed).toEqual([updated("note://1")]);
    expect(sent.slice(1)).toEqual([onSubscription("note://1")]);
    await state.close();
  });
});

describe("a subscription of the handshake era", () => {
  it.each(HANDSHAKE_REVISIONS)("is there in revision %s until it is ended", async (revision) => {
    const server = notes();
    const { request, pushed } = await handshaken(server, revision);
    expect((await request("resources/subscribe", { uri: "note://1" }))?.result).toEqual({});
    expect((await request("resources/subscribe", { uri: "note://1" }))?.result).toEqual({});
    await update(server, "note://1", "note://2", "note://1");
    expect(pushed).toEqual([updated("note://1")]);
    expect((await request("resources/unsubscribe", { uri: "note://1" }))?.result).toEqual({});
    await update(server, "note://1");
    expect(pushed).toHaveLength(1);
  });

  it("tells of each resource that changed in one turn", async () => {
    const server = notes();
    const { request, pushed } = await handshaken(server);
    for (const uri of ["note://1", "note://2"]) await request("resources/subscribe", { uri });
    await update(server, "note://2", "note://1");
    expect(pushed).toEqual([updated("note://2"), updated("note://1")]);
  });

  it("is a client's own", async () => {
    const server = notes();
    const [one, other] = [await handshaken(server), await handshaken(server)];
    await one.request("resources/subscribe", { uri: "note://1" });
    await update(server, "note://1");
    expect([one.pushed, other.pushed]).toEqual([[updated("note://1")], []]);
  });

  it("keeps the log level, and is kept when that is set", async () => {
    const server = notes();
    const remembered: Handshake[] = [];
    const session = { id: "s1", remember: (handshake: Handshake) => void remembered.push(handshake) };
    const { request } = await handshaken(server, "2025-11-25", { peer: { session } });
    await request("logging/setLevel", { level: "error" });
    await request("resources/subscribe", { uri: "note://1" });
    await request("resources/subscribe", { uri: "note://2" });
    await request("resources/unsubscribe", { uri: "note://1" });
    await request("logging/setLevel", { level: "debug" });
    expect(remembered.at(-1)).toMatchObject({ logLevel: "debug", subscriptions: ["note://2"] });
  });

  it("goes on where a session is taken up again, on whatever node", async () => {
    let handshake: Handshake | undefined;
    const remember = (changed: Handshake): void => void (handshake = changed);
    const first = await handshaken(notes(), "2025-11-25", { peer: { session: { id: "s1", remember } } });
    await first.request("resources/subscribe", { uri: "note://1" });
    const server = notes();
    const session = { id: "s1", remember, ...(handshake !== undefined && { handshake }) };
    const { pushed } = openLink(server, { session });
    await update(server, "note://1", "note://2");
    expect(pushed).toEqual([updated("note://1")]);
  });

  it("ends with success where there was none", async () => {
    const { request } = await handshaken(notes());
    expect((await request("resources/unsubscribe", { uri: "note://1" }))?.result).toEqual({});
  });

  it.each(["other://1", "secret://1"])(
    "is refused for %s, which is not there for this client",
    async (uri) => {
      const { request } = await handshaken(notes());
      expect((await request("resources/subscribe", { uri }))?.error).toMatchObject({
        code: -32002,
        data: { uri },
      });
    },
  );

  it("is refused for a URI longer than any template takes", async () => {
    const { request } = await handshaken(notes());
    const uri = `note://${"a".repeat(2_042)}`;
    expect((await request("resources/subscribe", { uri }))?.error).toEqual({
      code: -32602,
      message: expect.stringContaining("at most 2048 characters, not 2049") as string,
    });
  });

  it.each(["resources/subscribe", "resources/unsubscribe"])("needs a URI for %s", async (method) => {
    const { request } = await handshaken(notes());
    for (const uri of [5, "no uri"]) expect((await request(method, { uri }))?.error?.code).toBe(-32602);
    expect((await request(method))?.error?.code).toBe(-32602);
  });

  it("is refused beyond the number there may be, and those that are there stay", async () => {
    const server = notes({ maxSubscriptions: 2 });
    const { request, pushed } = await handshaken(server);
    for (const id of [1, 2, 1])
      expect(await request("resources/subscribe", { uri: `note://${String(id)}` })).toHaveProperty("result");
    expect((await request("resources/subscribe", { uri: "note://3" }))?.error?.code).toBe(-31001);
    await update(server, "note://1", "note://2", "note://3");
    expect(pushed).toEqual([updated("note://1"), updated("note://2")]);
  });

  it("is refused beyond the length that the URIs may have together", async () => {
    const { request } = await handshaken(notes({ maxSubscriptions: 10 }));
    const subscribe = (id: string): Promise<Wire | undefined> =>
      request("resources/subscribe", { uri: `note://${id}` });
    expect(await subscribe("a".repeat(1_993))).toHaveProperty("result");
    expect(await subscribe("b".repeat(553))).toHaveProperty("result");
    expect((await subscribe("c"))?.error).toMatchObject({
      code: -31001,
      message: expect.stringContaining("2560") as string,
    });
    await request("resources/unsubscribe", { uri: `note://${"b".repeat(553)}` });
    expect(await subscribe("c")).toHaveProperty("result");
  });

  it("is not there where nothing brings notifications to the client", async () => {
    const { request } = await handshaken(notes(), "2025-11-25", { peer: { push: null } });
    expect((await request("resources/subscribe", { uri: "note://1" }))?.error?.code).toBe(-32601);
  });

  it("has no methods in the stateless era", async () => {
    const { stateless } = openLink(notes());
    for (const method of ["resources/subscribe", "resources/unsubscribe"])
      expect((await stateless(method, { uri: "note://1" }))?.error?.code).toBe(-32601);
  });
});

async function listen(
  { stateless }: TestLink,
  resourceSubscriptions: JsonValue,
  more: Readonly<Record<string, boolean>> = {},
): Promise<Wire[]> {
  const sent: Wire[] = [];
  const notifications = { resourceSubscriptions, ...more };
  const reply = stateless("subscriptions/listen", { notifications }, { id: "sub", sent });
  void reply.then((ended) => {
    if (ended !== undefined) sent.push(ended);
  });
  await settled();
  return sent;
}

describe("a subscription of the stateless era", () => {
  const honoured = (sent: readonly Wire[]): unknown => sent[0]?.params?.["notifications"];

  it("is told of the resources it asked for, and of no others", async () => {
    const server = notes();
    const sent = await listen(openLink(server), ["note://1", "note://1", "note://2"]);
    await update(server, "note://1", "note://3", "note://2", "note://1");
    expect(honoured(sent)).toEqual({ resourceSubscriptions: ["note://1", "note://2"] });
    expect(sent.slice(1)).toEqual([onSubscription("note://1"), onSubscription("note://2")]);
  });

  it("is told of no resources when it did not ask", async () => {
    const server = notes();
    const sent = await listen(openLink(server), [], { resourcesListChanged: true });
    await update(server, "note://1");
    expect(sent).toHaveLength(1);
  });

  it("honours only what is there for the client", async () => {
    const uris = ["other://1", "secret://1", "no uri", `note://${"a".repeat(2_042)}`, "note://1"];
    const stranger = await listen(openLink(notes()), uris);
    expect(honoured(stranger)).toEqual({ resourceSubscriptions: ["note://1"] });
    const known = await listen(openLink(notes(), { principal: { id: "ann" } }), uris);
    expect(honoured(known)).toEqual({ resourceSubscriptions: ["secret://1", "note://1"] });
    expect(honoured(await listen(openLink(notes()), ["other://1"]))).toEqual({ resourceSubscriptions: [] });
  });

  it("leaves out what a server without resources cannot honour", async () => {
    const server = new McpServer("s");
    server.tool("a", {}, () => "x");
    const sent = await listen(openLink(server), ["note://1"], {
      resourcesListChanged: true,
      toolsListChanged: true,
    });
    expect(honoured(sent)).toEqual({ toolsListChanged: true });
  });

  it.each([[true], ["note://1"], [[1]], [{}], [null]])("refuses %j instead of URIs", async (wrong) => {
    const [reply, ...more] = await listen(openLink(notes()), wrong);
    expect(reply?.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("resourceSubscriptions must be an array of strings") as string,
    });
    expect(more).toEqual([]);
  });

  it("is refused with more URIs than there may be", async () => {
    const uris = Array.from({ length: 1_025 }, (_, index) => `note://${String(index)}`);
    expect((await listen(openLink(notes()), uris))[0]?.error?.code).toBe(-31001);
    expect(honoured(await listen(openLink(notes()), uris.slice(1)))).toEqual({
      resourceSubscriptions: uris.slice(1),
    });
    const few = notes({ maxSubscriptions: 1 });
    expect((await listen(openLink(few), uris.slice(0, 2)))[0]?.error?.code).toBe(-31001);
  });

  it("loses no update while the client does not read, however many resources it may watch", async () => {
    const maxSubscriptions = 3_000;
    const server = notes({ maxSubscriptions });
    const uris = Array.from({ length: maxSubscriptions }, (_, index) => `note://${String(index)}`);
    const reading = gate();
    const told: unknown[] = [];
    const send = async (message: Outgoing): Promise<void> => {
      await reading.promise;
      told.push(wire(message).params?.["uri"]);
    };
    const { stateless } = openLink(server);
    const notifications = { resourceSubscriptions: uris };
    void stateless("subscriptions/listen", { notifications }, { send });
    await settled();
    await update(server, ...uris);
    reading.open();
    await settled();
    expect(told).toEqual([undefined, ...uris]);
  });

  it.each([-1, 0.5, Infinity])("cannot be limited to %d", (maxSubscriptions) => {
    expect(() => new McpServer("s", { maxSubscriptions })).toThrow(RangeError);
  });
});

describe("a resource that a subscriber may not see any more", () => {
  const cases: [string, (access: { given: boolean }, handle: ResourceHandle) => void][] = [
    ["because access was withdrawn", (access) => void (access.given = false)],
    [
      "because it is disabled",
      (_, handle): void => {
        handle.disable();
      },
    ],
    [
      "because it was removed",
      (_, handle): void => {
        handle.remove();
      },
    ],
  ];

  it.each(cases)("is not told of, %s", async (_, withdraw) => {
    const access = { given: true };
    const server = new McpServer("s");
    const handle = server.resource("note://1", { visibleTo: () => access.given }, () => "x");
    const { request, pushed } = await handshaken(server);
    await request("resources/subscribe", { uri: "note://1" });
    const sent = await listen(openLink(server), ["note://1"]);
    await update(server, "note://1");
    withdraw(access, handle);
    await update(server, "note://1");
    const updates = [pushed, sent].map((all) => all.filter(({ method }) => method === UPDATED));
    expect(updates).toEqual([[updated("note://1")], [onSubscription("note://1")]]);
  });
});

describe("changes of the lists", () => {
  const changes: [string, string, (server: McpServer) => unknown][] = [
    ["resources", "resourcesListChanged", (server) => server.resource("b:1", {}, () => "x")],
    ["resources", "resourcesListChanged", (server) => server.resource("b:{c}", {}, () => "x")],
    ["prompts", "promptsListChanged", (server) => server.prompt("b", {}, () => "x")],
  ];
  const server = (): McpServer => {
    const one = new McpServer("s");
    one.resource("a:1", {}, () => "x");
    one.prompt("a", {}, () => "x");
    return one;
  };

  it.each(changes)("of %s are told to whoever asked for %s", async (list, filter, change) => {
    const method = `notifications/${list}/list_changed`;
    const one = server();
    const old = await handshaken(one, "2025-11-25");
    const sent = await listen(openLink(one), [], { [filter]: true });
    const other = await listen(openLink(one), []);
    change(one);
    await settled();
    expect(old.pushed).toEqual([{ jsonrpc: "2.0", method }]);
    expect(sent.slice(1)).toEqual([
      { jsonrpc: "2.0", method, params: { _meta: { [Meta.subscriptionId]: "sub" } } },
    ]);
    expect(other).toHaveLength(1);
  });
});
