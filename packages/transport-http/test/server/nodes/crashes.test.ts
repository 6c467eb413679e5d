import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Client } from "../../support/client.js";
import { begun, DONE, LOST, pass } from "../../support/lost-calls.js";
import { twoNodes } from "../../support/stage.js";

describe("a call on a node that crashed", () => {
  it("is answered by the node its client comes back to, with an error that says what may be done", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const { call, id } = await begun(a, client, "long");
    a.view.kill();
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 15_000);
    expect(await resumed.rest()).toMatchObject([LOST]);
    expect(await client.at(b.url).request("ping")).toMatchObject({ result: {} });
  });

  it("is answered once, also where its client comes late, and again", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const { call, id } = await begun(a, client, "long");
    a.view.kill();
    call.cut();
    await pass(clock, 20_000);
    const first = await client.at(b.url).get(id);
    await pass(clock, 10_000);
    expect(await first.rest()).toMatchObject([LOST]);
    expect(await (await client.at(b.url).get(id)).rest()).toMatchObject([LOST]);
  });

  it("does not count as lost while its node is there, however long it takes", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const { call, play, id } = await begun(a, client, "long");
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 60_000);
    play.end("done");
    expect(await resumed.rest()).toMatchObject([DONE]);
  });

  it("has one answer where its node was only cut off, and comes back with a result", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock, options: { onError: () => undefined } });
    const client = await Client.begin(a.url);
    const { call, play, id } = await begun(a, client, "long");
    a.view.cutOff();
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 15_000);
    a.view.reconnect();
    play.end("done");
    expect(await resumed.rest()).toMatchObject([LOST]);
    expect(await (await client.at(b.url).get(id)).rest()).toMatchObject([LOST]);
  });

  it("is not taken for lost after an outage of the state for all nodes", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const { call, play, id } = await begun(a, client, "long");
    call.cut();
    const resumed = await client.at(b.url).get(id);
    for (const { view } of [a, b]) view.cutOff();
    await pass(clock, 30_000);
    for (const { view } of [b, a]) view.reconnect();
    await pass(clock, 10_000);
    play.end("done");
    expect(await resumed.rest()).toMatchObject([DONE]);
  });
});

describe("while the state is away", () => {
  it("whoever is connected gets its result, and whoever is not gets it afterwards", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const [here, gone] = [await begun(a, client, "here"), await begun(a, client, "gone")];
    gone.call.cut();
    a.view.cutOff();
    here.play.end("done");
    gone.play.end("done");
    expect(await here.call.rest()).toMatchObject([DONE]);
    a.view.reconnect();
    await pass(clock, 1_000);
    for (const { id } of [here, gone])
      expect(await (await client.at(b.url).get(id)).rest()).toMatchObject([DONE]);
  });

  it("sessions get 503, to come again; what needs no session is served; ready says so", async () => {
    const [a] = await twoNodes();
    const client = await Client.begin(a.url);
    a.view.cutOff();
    const refused = await client.post({ jsonrpc: "2.0", id: 1, method: "ping" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ id: 1, error: { code: -31001 } });
    const ready = await fetch(new URL("/ready", a.url));
    expect([ready.status, await ready.text()]).toEqual([
      503,
      "not ready: the shared state cannot be reached",
    ]);
    a.view.reconnect();
    expect((await fetch(new URL("/ready", a.url))).status).toBe(200);
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });
});

describe("an answer to a question", () => {
  it("of a node that crashed gets 503 until that is known, then an error, and the call that asked is lost", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const client = await Client.begin(a.url);
    const calling = client.call("play", { name: "asking" });
    const { ctx } = await a.playing("asking");
    void ctx.elicit("well?", z.object({ ok: z.boolean() })).catch(() => undefined);
    const call = await calling;
    const { id } = await call.message();
    a.view.kill();
    call.cut();
    expect(await client.at(b.url).answer(id, { action: "decline" })).toBe(503);
    await pass(clock, 10_000);
    const answer = await client.at(b.url).post({ jsonrpc: "2.0", id, result: { action: "decline" } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: "Nobody waits for this answer: whoever asked is gone" },
    });
    const resumed = await client.at(b.url).get(call.lastId);
    await pass(clock, 15_000);
    expect(await resumed.rest()).toMatchObject([LOST]);
  });

  it("gets 503 while the state is away, and counts when it comes again", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    await client.at(b.url).request("ping");
    const calling = client.call("play", { name: "asking" });
    const { ctx, end } = await a.playing("asking");
    const answered = ctx.elicit("well?", z.object({ ok: z.boolean() }));
    const call = await calling;
    const { id } = await call.message();
    b.view.cutOff();
    expect(await client.at(b.url).answer(id, { action: "decline" })).toBe(503);
    b.view.reconnect();
    expect(await client.at(b.url).answer(id, { action: "decline" })).toBe(202);
    expect(await answered).toMatchObject({ action: "decline" });
    end("done");
    expect(await call.rest()).toMatchObject([DONE]);
  });
});
