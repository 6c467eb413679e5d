import { memoryState, type State } from "@towpath/mcp-core";
import { nodeView } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { stage, twoNodes, type Stage } from "../../support/stage.js";

const LIST_CHANGED = { method: "notifications/tools/list_changed" };
const updated = (uri: string): object => ({ method: "notifications/resources/updated", params: { uri } });
const progress = (value: number): object => ({ params: { progress: value } });
const done = { result: { content: [{ text: "done" }] } };

let tools = 0;
function change({ mcp }: Stage): void {
  mcp.tool(`another-${String((tools += 1))}`, {}, () => "something");
}

describe("the GET stream of a session of two nodes", () => {
  it("brings what changes on either", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const listening = await client.get();
    await client.at(b.url).request("ping");
    change(b);
    expect(await listening.message()).toMatchObject(LIST_CHANGED);
    await client.at(b.url).request("resources/subscribe", { uri: "notes://today" });
    a.mcp.resourceUpdated("notes://today");
    expect(await listening.message()).toMatchObject(updated("notes://today"));
  });

  it("is one: opened on the other node, it ends on the first, and no message comes twice", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    await client.request("resources/subscribe", { uri: "notes://today" });
    const first = await client.get();
    const second = await client.at(b.url).get();
    expect(await first.rest()).toEqual([]);
    change(a);
    expect(await second.message()).toMatchObject(LIST_CHANGED);
    b.mcp.resourceUpdated("notes://today");
    await client.end();
    expect(await second.rest()).toMatchObject([updated("notes://today")]);
  });

  it("is resumed on the other node, with what came in between, and goes on there alone", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    await client.request("resources/subscribe", { uri: "notes://today" });
    const first = await client.get();
    change(a);
    await first.message();
    first.cut();
    await client.request("ping");
    b.mcp.resourceUpdated("notes://today");
    await client.request("ping");
    const second = await client.at(b.url).get(first.lastId);
    expect(await second.message()).toMatchObject(updated("notes://today"));
    change(a);
    expect(await second.message()).toMatchObject(LIST_CHANGED);
    const third = await client.get(second.lastId);
    expect(await second.rest()).toEqual([]);
    b.mcp.resourceUpdated("notes://today");
    expect(await third.message()).toMatchObject(updated("notes://today"));
    await client.end();
    expect(await third.rest()).toEqual([]);
  });
});

describe.each([true, false])("a stream begun on one node (sessions: %s)", (sessions) => {
  it("is resumed on the other, and goes on live", async () => {
    const [a, b] = await twoNodes({ options: { sessions } });
    const client = await Client.begin(a.url);
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await a.playing("long");
    await ctx.progress(1);
    const call = await opened;
    await call.message();
    await ctx.progress(2);
    const resumed = await client.at(b.url).get(call.lastId);
    expect(await resumed.message()).toMatchObject(progress(2));
    expect(await call.rest()).toMatchObject([progress(2)]); // it was on its way there before
    await ctx.progress(3);
    expect(await resumed.message()).toMatchObject(progress(3));
    end("done");
    expect(await resumed.rest()).toMatchObject([done]);
    expect(await (await client.at(b.url).get(call.lastId)).rest()).toMatchObject([progress(3), done]);
  });

  it("stays its owner's alone on the other", async () => {
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): { id: string } => ({
      id: headers.get("x-name") ?? "nobody",
    });
    const [a, b] = await twoNodes({ options: { sessions, authorize } });
    const client = await Client.begin(a.url, { headers: { "x-name": "owner" } });
    const thief = await Client.begin(b.url, { headers: { "x-name": "thief" } });
    const opened = client.call("play", { name: "long" });
    const { ctx, end } = await a.playing("long");
    await ctx.progress(1);
    const call = await opened;
    await call.message();
    expect((await thief.get(call.lastId)).status).toBe(410);
    end("done");
    expect(await call.rest()).toMatchObject([done]);
  });
});

describe("a GET stream that has moved to another node", () => {
  it("brings each change once, also while the node that it was at has not heard of it", async () => {
    const state = memoryState();
    // News of sessions do not get there.
    const { bus } = state;
    const deaf: State["bus"] = {
      publish: (...how) => bus.publish(...how),
      request: (...how) => bus.request(...how),
      serve: (...how) => bus.serve(...how),
      subscribe: (topic, ...how) =>
        topic.includes("/sessions") ? Promise.resolve(() => Promise.resolve()) : bus.subscribe(topic, ...how),
    };
    const options = { sessions: true };
    const a = await stage(options, { state: { ...nodeView(state), bus: deaf } });
    const b = await stage(options, { state: nodeView(state) });
    const client = await Client.begin(a.url);
    const before = await client.get();
    const primed = await before.next();
    const after = await client.at(b.url).get(primed?.id);
    await client.at(b.url).request("ping");
    for (const node of [a, b]) change(node);
    expect([await after.message(), await after.message()]).toMatchObject([LIST_CHANGED, LIST_CHANGED]);
    const { lastId } = after;
    after.cut();
    const again = await client.at(b.url).get(primed?.id);
    expect([await again.message(), await again.message()]).toMatchObject([LIST_CHANGED, LIST_CHANGED]);
    expect(again.lastId).toBe(lastId);
  });
});
