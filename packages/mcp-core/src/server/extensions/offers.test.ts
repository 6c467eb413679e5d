import { describe, expect, it } from "vitest";
import { gate } from "../../../test/support/gate.js";
import { handshaken, initializeParams, openLink, settled } from "../../../test/support/link.js";
import type { ExtensionHost, ListenFilter, OpenFilter, ServerExtension } from "../../extension/server.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { memoryState } from "../../state/index.js";
import { nodeView } from "../../testing/cluster/node-view.js";
import { McpServer } from "../server.js";
import type { McpServerOptions } from "../options.js";
import { recipientOf } from "../recipient.js";

const ID = "com.example/quotes";
const RENEWED = "notifications/quotes/renewed";

function serverWith(
  extension: Partial<ServerExtension> | ((host: ExtensionHost) => Partial<ServerExtension>),
  options: McpServerOptions = {},
): McpServer {
  const made = typeof extension === "function" ? extension : () => extension;
  return new McpServer("s", { ...options, extensions: [(host) => ({ id: ID, ...made(host) })] });
}

async function declaredBy(server: McpServer, revision = "2025-11-25"): Promise<unknown> {
  const reply = await openLink(server).request("initialize", initializeParams(revision));
  return reply?.result?.["capabilities"];
}

async function discoveredOf(server: McpServer): Promise<unknown> {
  return (await openLink(server).stateless("server/discover"))?.result?.["capabilities"];
}

describe("what an extension offers", () => {
  it("is, where several declare one capability, that of the first", async () => {
    const declaring = (id: string, by: string): ServerExtension => ({
      id,
      declaredIn: [],
      capabilities: { handshake: { quotes: { by } } },
    });
    const extensions = [declaring("com.example/a", "first"), declaring("com.example/b", "second")];
    const server = new McpServer("s", { extensions, logging: false });
    expect(await declaredBy(server)).toEqual({ quotes: { by: "first" } });
  });

  it("is not there until it says so", async () => {
    const has = { something: false };
    const extension: Partial<ServerExtension> = {
      offered: () => has.something,
      capabilities: { handshake: { quotes: {} } },
      methods: { "quotes/get": { eras: ["handshake", "stateless"], handle: () => ({ here: true }) } },
      listenFilters: {
        quotes: { notification: RENEWED, open: () => ({ honoured: true, lets: () => true }) },
      },
    };
    const server = serverWith(extension, { logging: false });
    const ask = async (): Promise<unknown> => {
      const asked: object[] = [];
      const { stateless, link } = openLink(server);
      const listening = stateless(
        "subscriptions/listen",
        { notifications: { quotes: true } },
        { sent: asked },
      );
      await settled();
      link.drain();
      await listening;
      return {
        declared: [await declaredBy(server), await discoveredOf(server)],
        code: (await stateless("quotes/get"))?.error?.code,
        acknowledged: (asked[0] as { params: JsonObject }).params["notifications"],
      };
    };
    expect(await ask()).toEqual({
      declared: [{}, {}],
      code: -32601,
      acknowledged: {},
    });
    has.something = true;
    expect(await ask()).toEqual({
      declared: [{ extensions: { [ID]: {} }, quotes: {} }, { extensions: { [ID]: {} } }],
      code: undefined,
      acknowledged: { quotes: true },
    });
  });

  it("is declared in the eras it names, and no other", async () => {
    const server = serverWith({ declaredIn: ["stateless"] }, { logging: false });
    expect(await declaredBy(server)).toEqual({});
    expect(await discoveredOf(server)).toEqual({ extensions: { [ID]: {} } });
  });

  it("may be something else for another principal, or in another revision", async () => {
    const server = serverWith(
      {
        declaredIn: [],
        capabilities: {
          handshake: ({ revision, principal }) =>
            revision === "2025-11-25" ? { quotes: principal === undefined ? {} : { list: {} } } : undefined,
        },
      },
      { logging: false },
    );
    const { request } = openLink(server, { principal: { id: "ann" } });
    const reply = await request("initialize", initializeParams("2025-11-25"));
    expect(reply?.result?.["capabilities"]).toEqual({ quotes: { list: {} } });
    expect(await declaredBy(server)).toEqual({ quotes: {} });
    expect(await declaredBy(server, "2025-06-18")).toEqual({});
  });

  it("has methods in the revisions they name", async () => {
    const server = serverWith({
      methods: {
        "quotes/get": { eras: ["handshake"], revisions: ["2025-11-25"], handle: () => ({ here: true }) },
      },
    });
    expect((await (await handshaken(server)).request("quotes/get"))?.result).toEqual({ here: true });
    expect((await (await handshaken(server, "2025-06-18")).request("quotes/get"))?.error?.code).toBe(-32601);
  });
});

describe("the host of an extension", () => {
  it("has the state that nodes share, apart from what other servers keep there", async () => {
    const state = memoryState();
    const hosts: ExtensionHost[] = [];
    for (const name of ["s", "s", "other"])
      new McpServer(name, { state, extensions: [(host) => (hosts.push(host), { id: ID })] });
    const [one, two, other] = hosts.map((host) => host.state.records);
    await one?.set("quote", 5, { ttlMs: 1_000 });
    expect((await two?.get("quote"))?.value).toBe(5);
    expect(await other?.get("quote")).toBeUndefined();
  });

  it("has a state in memory where the server shares none", async () => {
    const hosts: ExtensionHost[] = [];
    serverWith((host) => (hosts.push(host), {}));
    const [host] = hosts;
    expect(host?.nodes).toBeUndefined();
    await host?.state.records.set("quote", 5, { ttlMs: 1_000 });
    expect((await host?.state.records.get("quote"))?.value).toBe(5);
  });

  it("hears on every node what is announced on one, and when it may have missed something", async () => {
    const state = memoryState();
    const view = nodeView(state);
    const heard: unknown[] = [];
    const server = serverWith(
      (host) => {
        host.hear(RENEWED, (params) => heard.push(params), { missed: () => heard.push("missed") });
        return {};
      },
      { state: view, onError: () => undefined },
    );
    openLink(server);
    await settled();
    const elsewhere = new McpServer("s", { state });
    elsewhere.announce(RENEWED, { quote: 1 });
    elsewhere.announce("notifications/quotes/other", { quote: 2 });
    await settled();
    view.cutOff();
    view.reconnect();
    await settled();
    expect(heard).toEqual([{ quote: 1 }, "missed"]);
  });

  it("closes its extensions when the server serves no more, and one that fails hurts no other", async () => {
    const closed: unknown[] = [];
    const told: unknown[] = [];
    const one = { id: "com.example/a", close: () => Promise.reject(new Error("stuck")) };
    const two = { id: "com.example/b", close: async () => void closed.push("b") };
    const server = new McpServer("s", { extensions: [one, two], onError: (error) => told.push(error) });
    const running = await server.start({
      name: "quiet",
      start: () => Promise.resolve({ closed: Promise.resolve(), drain: () => Promise.resolve() }),
    });
    await running.closed;
    expect(closed).toEqual(["b"]);
    expect(told).toEqual([new Error("stuck")]);
  });
});

describe("what an extension pushes", () => {
  const pushes: ServerExtension["pushes"] = {
    [RENEWED]: {
      method: "notifications/quotes/status",
      lets: (params, { recipient }) => params?.["to"] === recipient,
      render: async (params) => ({ quote: params?.["quote"] ?? null, price: await Promise.resolve(5) }),
    },
  };

  it("goes to the client of the handshake era it is for, as it is when it is sent", async () => {
    const server = serverWith({ pushes });
    const [one, two] = [await handshaken(server), await handshaken(server)];
    const { pushed } = openLink(server);
    server.announce(RENEWED, { quote: "q", to: recipientOf(one.peer) });
    await settled();
    expect(one.pushed).toEqual([
      { jsonrpc: "2.0", method: "notifications/quotes/status", params: { quote: "q", price: 5 } },
    ]);
    expect([two.pushed, pushed]).toEqual([[], []]);
  });

  it("goes to a session, on whichever node its client is", async () => {
    const state = memoryState();
    const [here, there] = [serverWith({ pushes }, { state }), serverWith({ pushes }, { state })];
    const session = { id: "session-1", remember: () => undefined };
    const { pushed } = await handshaken(here, "2025-11-25", { peer: { session } });
    there.announce(RENEWED, { quote: "q", to: "session-1" });
    await settled();
    expect(pushed).toHaveLength(1);
  });

  it("goes to no client of another process, though that numbers its own alike", async () => {
    const state = memoryState();
    const [here, there] = [serverWith({ pushes }, { state }), serverWith({ pushes }, { state })];
    const one = await handshaken(here, "2025-11-25", { peer: { id: "websocket-1" } });
    const other = await handshaken(there, "2025-11-25", { peer: { id: "websocket-1" } });
    there.announce(RENEWED, { quote: "q", to: recipientOf(one.peer) });
    await settled();
    expect([one.pushed.length, other.pushed.length]).toEqual([1, 0]);
  });

  it("is left out where there is nothing to say, or what makes it fails; the author is told", async () => {
    const told: unknown[] = [];
    const render = (params: JsonObject | undefined): undefined => {
      if (params?.["quote"] === "broken") throw new Error("cannot read");
      return undefined;
    };
    const server = serverWith(
      { pushes: { [RENEWED]: { lets: () => true, render } } },
      { onError: (error) => told.push(error) },
    );
    const { pushed } = await handshaken(server);
    server.announce(RENEWED, { quote: "broken" });
    server.announce(RENEWED, { quote: "q" });
    await settled();
    expect(pushed).toEqual([]);
    expect(told).toEqual([new Error("cannot read")]);
  });
});

describe("a filter of an extension", () => {
  const filterWith = (more: Partial<OpenFilter>): Readonly<Record<string, ListenFilter>> => ({
    quotes: {
      notification: RENEWED,
      open: async () => {
        await settled();
        return { honoured: ["q"], lets: (params) => params?.["quote"] === "q", ...more };
      },
    },
  });

  const listen = async (server: McpServer): Promise<{ sent: JsonObject[]; end: () => Promise<void> }> => {
    const sent: JsonObject[] = [];
    const { stateless, link } = openLink(server);
    const reply = stateless(
      "subscriptions/listen",
      { notifications: { quotes: ["q"] } },
      { send: (message) => void sent.push(message as unknown as JsonObject) },
    );
    while (sent.length === 0) await settled();
    return {
      sent,
      end: async () => {
        link.drain();
        await reply;
      },
    };
  };

  it("may take its time to open, and tells what is so when it is told", async () => {
    const price = { now: 1 };
    const server = serverWith({
      listenFilters: filterWith({ render: () => ({ quote: "q", price: price.now }) }),
    });
    const { sent, end } = await listen(server);
    server.announce(RENEWED, { quote: "q" });
    server.announce(RENEWED, { quote: "other" });
    price.now = 2;
    await settled();
    expect(sent.map(({ params }) => params)).toMatchObject([
      { notifications: { quotes: ["q"] } },
      { quote: "q", price: 2 },
    ]);
    await end();
  });

  it("tells of what changed while it was being opened", async () => {
    const opening = gate();
    const open: ListenFilter["open"] = async () => {
      await opening.promise;
      return { honoured: ["q"], lets: (params) => params?.["quote"] === "q" };
    };
    const server = serverWith({ listenFilters: { quotes: { notification: RENEWED, open } } });
    const listening = listen(server);
    await settled();
    server.announce(RENEWED, { quote: "q" });
    await settled();
    opening.open();
    const { sent, end } = await listening;
    await settled();
    expect(sent.map(({ method }) => method)).toEqual(["notifications/subscriptions/acknowledged", RENEWED]);
    await end();
  });

  it("says nothing more once the subscription has ended, though something was being made", async () => {
    const making = gate();
    const render = (): Promise<JsonObject> => making.promise.then(() => ({ quote: "q" }));
    const server = serverWith({ listenFilters: filterWith({ render }) });
    const { sent, end } = await listen(server);
    server.announce(RENEWED, { quote: "q" });
    await settled();
    await end();
    const before = sent.length;
    making.open();
    await settled();
    expect(sent).toHaveLength(before);
  });

  it("is told that it is over when another one refuses the subscription, at once or later", async () => {
    const refused = new InvalidParamsError("no");
    const refusals: ListenFilter["open"][] = [
      () => {
        throw refused;
      },
      () => Promise.reject(refused),
    ];
    for (const open of refusals) {
      const over: string[] = [];
      const closed = (): void => void over.push("quotes");
      const listenFilters = { ...filterWith({ closed }), broken: { notification: RENEWED, open } };
      const { stateless } = openLink(serverWith({ listenFilters }));
      const asked = { notifications: { quotes: ["q"], broken: true } };
      expect((await stateless("subscriptions/listen", asked))?.error?.code).toBe(-32602);
      while (over.length === 0) await settled();
      expect(over).toEqual(["quotes"]);
    }
  });

  it("is told when the subscription is over", async () => {
    let closed = 0;
    const server = serverWith({ listenFilters: filterWith({ closed: () => void (closed += 1) }) });
    const { end } = await listen(server);
    expect(closed).toBe(0);
    await end();
    expect(closed).toBe(1);
  });

  it("refuses the subscription when opening fails", async () => {
    const open = (): Promise<never> => Promise.reject(new TypeError("no quotes today"));
    const onError = (): void => undefined;
    const server = serverWith({ listenFilters: { quotes: { notification: RENEWED, open } } }, { onError });
    const { stateless } = openLink(server);
    const reply = await stateless("subscriptions/listen", { notifications: { quotes: ["q"] } });
    expect(reply?.error).toMatchObject({ code: -32603, message: "Internal error: no quotes today" });
  });

  it("tells of everything once messages between nodes may have been missed", async () => {
    const view = nodeView(memoryState());
    const missed = (): readonly JsonObject[] => [{ quote: "q" }];
    const server = serverWith(
      { listenFilters: filterWith({ missed }) },
      { state: view, onError: () => undefined },
    );
    const { sent, end } = await listen(server);
    view.cutOff();
    view.reconnect();
    await settled();
    expect(sent.slice(1)).toMatchObject([{ method: RENEWED, params: { quote: "q" } }]);
    await end();
  });
});
