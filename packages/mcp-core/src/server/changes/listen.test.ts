import { describe, expect, it } from "vitest";
import { gate } from "../../../test/support/gate.js";
import { mirrorOf, openLink, settled, type TestLink, type Wire } from "../../../test/support/link.js";
import type { JsonObject, RequestId } from "../../jsonrpc/messages.js";
import { Meta } from "../../protocol/meta.js";
import { memoryState } from "../../state/index.js";
import type { ListenFilter } from "../../extension/server.js";
import type { McpServerOptions } from "../options.js";
import { McpServer } from "../server.js";

const CHANGED = "notifications/tools/list_changed";
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

function withTool(options: McpServerOptions = {}): { server: McpServer; change: () => Promise<void> } {
  const server = new McpServer("s", options);
  const handle = server.tool("a", {}, () => "a");
  let changes = 0;
  return {
    server,
    change: async () => {
      handle.update({ title: `version ${String(++changes)}` });
      await settled();
    },
  };
}

interface Subscription {
  readonly sent: Wire[];
  readonly reply: Promise<Wire | undefined>;
}

async function listen(
  { stateless }: TestLink,
  notifications: JsonObject,
  id: RequestId = "sub",
): Promise<Subscription> {
  const sent: Wire[] = [];
  const reply = stateless("subscriptions/listen", { notifications }, { id, sent });
  await settled();
  return { sent, reply };
}

const acknowledged = (notifications: JsonObject, id: RequestId = "sub"): Wire => ({
  jsonrpc: "2.0",
  method: ACKNOWLEDGED,
  params: { notifications, _meta: { [Meta.subscriptionId]: id } },
});
const changed = (id: RequestId = "sub"): Wire => ({
  jsonrpc: "2.0",
  method: CHANGED,
  params: { _meta: { [Meta.subscriptionId]: id } },
});

describe("subscriptions/listen", () => {
  it("acknowledges first, then tells of changes, each with the subscription's id", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const { sent } = await listen(opened, { toolsListChanged: true });
    expect(sent).toEqual([acknowledged({ toolsListChanged: true })]);
    await change();
    await change();
    expect(sent).toEqual([acknowledged({ toolsListChanged: true }), changed(), changed()]);
    expect(opened.pushed).toEqual([]);
  });

  it("acknowledges before a change of the same moment", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const sent: Wire[] = [];
    void opened.stateless(
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { id: 0, sent },
    );
    await change();
    expect(sent).toEqual([acknowledged({ toolsListChanged: true }, 0), changed(0)]);
  });

  it.each([
    {},
    { toolsListChanged: false },
    { toolsListChanged: "yes" },
    { toolsListChanged: 1 },
    { promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ["file:///a"] },
    { constructor: true, toString: true, acme: {} },
    JSON.parse('{"__proto__": true}') as JsonObject,
  ])("leaves out what it does not know or was not asked for, of %j", async (notifications) => {
    const { server, change } = withTool();
    const { sent } = await listen(openLink(server), notifications);
    await change();
    expect(sent).toEqual([acknowledged({})]);
  });

  it("honours nothing for tools on a server that has none", async () => {
    const { sent } = await listen(openLink(new McpServer("bare")), { toolsListChanged: true });
    expect(sent).toEqual([acknowledged({})]);
  });

  it.each([undefined, null, true, ["toolsListChanged"]])("refuses the filter %j", async (notifications) => {
    const { stateless } = openLink(withTool().server);
    const reply = await stateless("subscriptions/listen", { notifications });
    expect(reply?.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("params.notifications must be an object") as string,
    });
  });

  it("serves several subscriptions of one client, also such with the same id, each on its own", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const one = await listen(opened, { toolsListChanged: true }, 1);
    const text = await listen(opened, { toolsListChanged: true }, "1");
    const deaf = await listen(opened, {}, 2);
    await change();
    expect([one.sent.at(-1), text.sent.at(-1), deaf.sent]).toEqual([
      changed(1),
      changed("1"),
      [acknowledged({}, 2)],
    ]);
  });

  it("ends without a word when the client cancels it", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const [cancelled, other] = [
      await listen(opened, { toolsListChanged: true }, 1),
      await listen(opened, { toolsListChanged: true }, 2),
    ];
    opened.notify("notifications/cancelled", { requestId: 1 });
    expect(await cancelled.reply).toBeUndefined();
    await change();
    expect(cancelled.sent).toEqual([acknowledged({ toolsListChanged: true }, 1)]);
    expect(other.sent.at(-1)).toEqual(changed(2));
  });

  it("ends without a word when the client is gone, and is forgotten", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const { sent, reply } = await listen(opened, { toolsListChanged: true });
    void opened.link.close({ kind: "lost" });
    expect(await reply).toBeUndefined();
    await change();
    expect(sent).toHaveLength(1);
  });

  it("is ended by a drain: a cancellation goes out, then the result, and nothing after", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const { sent, reply } = await listen(opened, { toolsListChanged: true }, 5);
    opened.link.drain();
    const result = await reply;
    await change();
    expect(sent.slice(1)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: { requestId: 5, reason: "The server ended the subscription" },
      },
    ]);
    expect(result).toMatchObject({
      id: 5,
      result: {
        resultType: "complete",
        _meta: { [Meta.subscriptionId]: 5, [Meta.serverInfo]: { name: "s" } },
      },
    });
  });

  it("is ended the same way where the stream is its own, as over HTTP", async () => {
    const opened = openLink(withTool().server, { mirrored: mirrorOf("subscriptions/listen") });
    const { sent, reply } = await listen(opened, { toolsListChanged: true });
    opened.link.drain();
    expect((await reply)?.result).toMatchObject({ resultType: "complete" });
    expect(sent.map(({ method }) => method)).toEqual([
      "notifications/subscriptions/acknowledged",
      "notifications/cancelled",
    ]);
  });

  it("is ended by a drain that comes before it has begun", async () => {
    const opened = openLink(withTool().server);
    const reply = opened.stateless(
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { id: 1 },
    );
    opened.link.drain();
    expect((await reply)?.result).toMatchObject({ resultType: "complete" });
  });

  it("sends nothing when it is cancelled before it has begun", async () => {
    const opened = openLink(withTool().server);
    const sent: Wire[] = [];
    const reply = opened.stateless(
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { id: 1, sent },
    );
    opened.notify("notifications/cancelled", { requestId: 1 });
    expect(await reply).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it("leaves other requests in flight alone when it is drained", async () => {
    const { server } = withTool();
    const open = gate<string>();
    server.tool("slow", {}, () => open.promise);
    const opened = openLink(server);
    const slow = opened.stateless("tools/call", { name: "slow" });
    opened.link.drain();
    open.open("done");
    expect((await slow)?.result).toMatchObject({ content: [{ text: "done" }] });
  });

  it("waits for a client that does not read, and tells it of many changes once", async () => {
    const { server, change } = withTool();
    const opened = openLink(server);
    const [sent, accept]: [Wire[], (() => void)[]] = [[], []];
    const send = (message: unknown): Promise<void> => {
      sent.push(message as Wire); // notifications of a subscription go out as objects
      return new Promise((resolve) => accept.push(resolve));
    };
    const reply = opened.stateless(
      "subscriptions/listen",
      { notifications: { toolsListChanged: true } },
      { id: 1, send },
    );
    await settled();
    for (let changes = 0; changes < 10; changes += 1) await change();
    expect(sent.map(({ method }) => method)).toEqual([ACKNOWLEDGED]);
    accept[0]?.();
    await settled();
    expect(sent.map(({ method }) => method)).toEqual([ACKNOWLEDGED, CHANGED]);
    await change();
    opened.link.drain();
    expect(await reply).toBeDefined();
    accept[1]?.();
    await settled();
    expect(sent.map(({ method }) => method)).toEqual([ACKNOWLEDGED, CHANGED, "notifications/cancelled"]);
  });

  it("hears of changes on every node that shares a state", async () => {
    const state = memoryState();
    const [here, there] = [withTool({ state }), withTool({ state })];
    const { sent } = await listen(openLink(here.server), { toolsListChanged: true });
    openLink(there.server);
    await there.change();
    expect(sent).toEqual([acknowledged({ toolsListChanged: true }), changed()]);
    await state.close();
  });
});

describe("a subscription", () => {
  it("carries no log messages, also when its request asks for them", async () => {
    const server = new McpServer("s");
    server.use((_, ctx, next) => {
      ctx.log.alert("called");
      return next();
    });
    const sent: Wire[] = [];
    const meta = { [Meta.logLevel]: "debug" };
    const { link, stateless } = openLink(server);
    const listening = stateless("subscriptions/listen", { notifications: {} }, { id: "sub", sent, meta });
    await settled();
    link.drain();
    await listening;
    expect(sent.map(({ method }) => method)).not.toContain("notifications/message");
    await stateless("server/discover", {}, { sent, meta });
    expect(sent.at(-1)?.method).toBe("notifications/message");
  });
});

describe("a filter of an extension", () => {
  const UPDATED = "notifications/example/updated";
  const updates: ListenFilter = {
    notification: UPDATED,
    open: (asked) => {
      if (!Array.isArray(asked)) return undefined;
      const honoured = asked.filter((uri) => typeof uri === "string");
      return {
        honoured,
        lets: (params) => {
          if (params?.["uri"] === "broken") throw new Error("cannot judge");
          return honoured.some((uri) => uri === params?.["uri"]);
        },
      };
    },
  };

  const serving = (): {
    server: McpServer;
    announce: (params: JsonObject) => Promise<void>;
    told: unknown[];
  } => {
    const told: unknown[] = [];
    const extension = {
      id: "io.example/updates",
      listenFilters: { exampleUpdates: updates },
    };
    const state = memoryState();
    const onError = (error: unknown): void => void told.push(error);
    const server = new McpServer("s", { extensions: [extension], state, onError });
    const elsewhere = new McpServer("s", { state });
    return {
      server,
      told,
      announce: async (params) => {
        elsewhere.announce(UPDATED, params);
        await settled();
      },
    };
  };

  it("is acknowledged as far as it is honoured, and lets through what it matches", async () => {
    const { server, announce } = serving();
    const { sent } = await listen(openLink(server), { exampleUpdates: ["a", 5, "b"] });
    await announce({ uri: "a", _meta: { "acme/why": 1 } });
    await announce({ uri: "c" });
    expect(sent).toEqual([
      acknowledged({ exampleUpdates: ["a", "b"] }),
      {
        jsonrpc: "2.0",
        method: UPDATED,
        params: { uri: "a", _meta: { "acme/why": 1, [Meta.subscriptionId]: "sub" } },
      },
    ]);
  });

  it("that fails hurts nobody else, and the author is told", async () => {
    const { server, announce, told } = serving();
    const { sent } = await listen(openLink(server), { exampleUpdates: ["a"] });
    await announce({ uri: "broken" });
    await announce({ uri: "a" });
    expect(sent).toHaveLength(2);
    expect(told).toEqual([expect.objectContaining({ message: "cannot judge" })]);
  });
});
