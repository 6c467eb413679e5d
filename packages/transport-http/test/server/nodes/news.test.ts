import { memoryState, type State } from "@towpath/mcp-core";
import { nodeView, type NodeView } from "@towpath/mcp-core/testing";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import type { Events } from "@towpath/test-support/events.js";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { stage, twoNodes, type Node } from "../../support/stage.js";

const TODAY = "notes://today";
const updated = (uri: string): object => ({ method: "notifications/resources/updated", params: { uri } });

/** A node that says, of its state, only what is there. */
async function nodeWith(view: NodeView): Promise<Node> {
  const options = { sessions: true, onError: () => undefined };
  return { ...(await stage(options, { state: view })), view };
}

/** Reads on until a message is like this. */
async function until(events: Events, like: (message: AnyMessage) => boolean): Promise<AnyMessage> {
  for (;;) {
    const message = await events.message();
    if (like(message)) return message;
  }
}

function untilUpdated(events: Events): Promise<AnyMessage> {
  return until(events, ({ method }) => method === "notifications/resources/updated");
}

describe("a node that was cut off from the state for a moment", () => {
  it("tells a client that subscribed elsewhere meanwhile, on its stream here", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const listening = await client.at(b.url).get();
    b.view.cutOff();
    await client.request("resources/subscribe", { uri: TODAY });
    b.view.reconnect();
    // As if it had changed, which it may have.
    expect(await untilUpdated(listening)).toMatchObject(updated(TODAY));
    a.mcp.resourceUpdated(TODAY);
    expect(await listening.message()).toMatchObject(updated(TODAY));
  });

  it("ends what goes on in a session that was ended elsewhere meanwhile", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const call = client.call("play", { name: "long" });
    const { ctx, aborted } = await a.playing("long");
    await ctx.progress(1);
    a.view.cutOff();
    expect(await client.at(b.url).end()).toBe(204);
    a.view.reconnect();
    await aborted;
    await (await call).rest();
    await a.links.none();
  });
});

describe("a node that was started while the state was away", () => {
  it("hears of what is cancelled elsewhere once it is back", async () => {
    const state = memoryState();
    const view = nodeView(state);
    view.cutOff();
    const a = await nodeWith(view);
    const b = await nodeWith(nodeView(state));
    view.reconnect();
    const client = await Client.begin(a.url);
    const call = client.call("play", { name: "long" }, "an-id");
    const { ctx, aborted } = await a.playing("long");
    await ctx.progress(1);
    expect(await client.at(b.url).notify("notifications/cancelled", { requestId: "an-id" })).toBe(202);
    await aborted;
    await (await call).rest();
  });
});

describe("a cancellation", () => {
  it("gets 503 while no other node can be told of it", async () => {
    const state = memoryState();
    const views = [nodeView(state), nodeView(state)] as const;
    const [a, b] = [await nodeWith(views[0]), await nodeWith(views[1])];
    const client = await Client.begin(a.url);
    const there = client.at(b.url);
    const call = client.call("play", { name: "long" }, "an-id");
    const { ctx, aborted } = await a.playing("long");
    await ctx.progress(1);
    b.view.cutOff();
    expect(await there.notify("notifications/cancelled", { requestId: "an-id" })).toBe(503);
    b.view.reconnect();
    expect(await there.notify("notifications/cancelled", { requestId: "an-id" })).toBe(202);
    await aborted;
    await (await call).rest();
  });

  it("gets 503 as well where it is one of a batch of them", async () => {
    const state = memoryState();
    let published = true;
    const { bus } = state;
    const silent: State["bus"] = {
      publish: (...how) => (published ? bus.publish(...how) : cutOff.bus.publish(...how)),
      request: (...how) => bus.request(...how),
      serve: (...how) => bus.serve(...how),
      subscribe: (...how) => bus.subscribe(...how),
    };
    const cutOff = nodeView(state);
    cutOff.cutOff();
    const a = await stage({ sessions: true }, { state: { ...nodeView(state), bus: silent } });
    const client = await Client.begin(a.url, { revision: "2025-03-26" });
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } };
    expect((await client.post([cancelled, cancelled])).status).toBe(202);
    published = false;
    expect((await client.post([cancelled, cancelled])).status).toBe(503);
  });
});

describe("what is set on one node", () => {
  it("holds on the other by the time that the client is answered", async () => {
    const state = memoryState();
    // To read the session anew takes longer than it takes to hear of a change.
    const delay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
    const [a, b] = [await nodeWith(nodeView(state)), await nodeWith(nodeView(state, { delay }))];
    const client = await Client.begin(a.url);
    await client.at(b.url).request("ping");
    const listening = await client.at(b.url).get();
    await listening.next();
    await client.request("resources/subscribe", { uri: TODAY });
    a.mcp.resourceUpdated(TODAY);
    expect(await listening.message()).toMatchObject(updated(TODAY));
  });

  it("holds on the other as well where the session is too long for the news", async () => {
    const [a, b] = await twoNodes();
    const capabilities = { experimental: { much: { text: "x".repeat(20_000) } } };
    const client = await Client.begin(a.url, { capabilities });
    const listening = await client.at(b.url).get();
    await listening.next();
    await client.request("resources/subscribe", { uri: TODAY });
    a.mcp.resourceUpdated(TODAY);
    expect(await listening.message()).toMatchObject(updated(TODAY));
  });
});
