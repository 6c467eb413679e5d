import { memoryState, StateUnavailableError, type State } from "@towpath/mcp-core";
import { ManualClock, nodeView, type NodeView } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Client } from "../../support/client.js";
import { begun, DONE, LOST, pass } from "../../support/lost-calls.js";
import { stage, twoNodes, type Node } from "../../support/stage.js";

type Append = State["logs"]["append"];

const LOST_REPLY = new StateUnavailableError("the reply got lost");

const told = (data: string): object => ({ method: "notifications/message", params: { data } });

interface Scene extends Node {
  /** What the author was told. */
  readonly errors: unknown[];
}

/** A node whose appends do as the test says. */
async function nodeWith(change: (append: Append) => Append, state = memoryState()): Promise<Scene> {
  const view: NodeView = nodeView(state);
  const errors: unknown[] = [];
  const options = {
    sessions: true,
    resumable: { maxBytes: 64 * 2 ** 20 },
    onError: (e: unknown) => errors.push(e),
  };
  const limits = { maxQueuedBytes: 64 * 2 ** 20 };
  const logs = { ...view.logs, append: change((...how) => view.logs.append(...how)) };
  return { ...(await stage({ ...options, limits }, { state: { ...view, logs } })), view, errors };
}

/** Carries appends out, and says of some that nobody knows: as often as `times` says, of those that hold `text`. */
function losingReplies(text: string, times: number): (append: Append) => Append {
  let left = times;
  return (append) => async (name, entry, how) => {
    const cursor = await append(name, entry, how);
    if (!entry.includes(text) || left === 0) return cursor;
    left -= 1;
    throw LOST_REPLY;
  };
}

describe("what was written to a log, though its node could not be told so", () => {
  it.each([1, 2])("is delivered once, also as a question (%d replies lost)", async (times) => {
    const a = await nodeWith(losingReplies("elicitation/create", times));
    const client = await Client.begin(a.url);
    const { call, play } = await begun(a, client, "asking");
    const answered = play.ctx.elicit("well?", z.object({ ok: z.boolean() }));
    const { id } = await call.message();
    expect(await client.answer(id, { action: "decline" })).toBe(202);
    await answered;
    play.end("done");
    expect(await call.rest()).toMatchObject([DONE]);
  });

  it.each([10, 1_000_000, 12_000_000])("is delivered once as a result of %d characters", async (size) => {
    const a = await nodeWith(losingReplies('"result"', 1));
    const client = await Client.begin(a.url);
    const { call, play } = await begun(a, client, "long");
    play.end("x".repeat(size));
    expect(await call.rest()).toMatchObject([{ result: {} }]);
  });
});

describe("what is told while the state is away", () => {
  it("comes once to whoever is there, in order, and is there for those who come back", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock, options: { onError: () => undefined } });
    const client = await Client.begin(a.url);
    await client.request("logging/setLevel", { level: "info" });
    const { call, play, id } = await begun(a, client, "long");
    a.view.cutOff();
    const texts = ["one", "same", "same", "two"];
    for (const text of texts) play.ctx.log.info(text);
    for (const text of texts) expect(await call.message()).toMatchObject(told(text));
    a.view.reconnect();
    play.ctx.log.info("same");
    play.ctx.log.info("three");
    play.end("done");
    const after = ["same", "three"].map(told);
    expect(await call.rest()).toMatchObject([...after, DONE]);
    const again = await client.at(b.url).get(id);
    expect(await again.rest()).toMatchObject([...texts.map(told), ...after, DONE]);
  });

  it("comes no second time to those who were told and come back, if it is progress", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock, options: { onError: () => undefined } });
    const client = await Client.begin(a.url);
    const { call, play, id } = await begun(a, client, "long");
    a.view.cutOff();
    await play.ctx.progress(2);
    expect(await call.message()).toMatchObject({ params: { progress: 2 } });
    call.cut();
    a.view.reconnect();
    await play.ctx.progress(3);
    play.end("done");
    const again = await client.at(b.url).get(id);
    expect(await again.rest()).toMatchObject([{ params: { progress: 3 } }, DONE]);
  });

  it("is there for those who come back, also if it ended meanwhile", async () => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock, options: { onError: () => undefined } });
    const client = await Client.begin(a.url);
    await client.request("logging/setLevel", { level: "info" });
    const { call, play, id } = await begun(a, client, "long");
    a.view.cutOff();
    play.ctx.log.info("one");
    play.end("done");
    expect(await call.rest()).toMatchObject([told("one"), DONE]);
    a.view.reconnect();
    await pass(clock, 1_000);
    expect(await (await client.at(b.url).get(id)).rest()).toMatchObject([told("one"), DONE]);
  });
});

describe("whoever is connected gets all that comes", () => {
  it("where the state was closed", async () => {
    const a = await nodeWith((append) => append);
    const client = await Client.begin(a.url);
    const { call, play } = await begun(a, client, "long");
    await a.view.close();
    await play.ctx.progress(2);
    play.end("done");
    expect(await call.rest()).toMatchObject([{ params: { progress: 2 } }, DONE]);
  });

  it("where the log was lost", async () => {
    const state = memoryState();
    const names = new Set<string>();
    const seen =
      (append: Append): Append =>
      (name, ...how) => {
        names.add(name);
        return append(name, ...how);
      };
    const a = await nodeWith(seen, state);
    const client = await Client.begin(a.url);
    const { call, play } = await begun(a, client, "long");
    for (const name of names) await a.view.logs.delete(name);
    await play.ctx.progress(2);
    play.end("done");
    expect(await call.rest()).toMatchObject([{ params: { progress: 2 } }, DONE]);
  });
});

describe("the author", () => {
  it("hears that a request was answered as lost, and then was done", async () => {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const [a, b] = await twoNodes({ clock, options: { onError: (error) => errors.push(error) } });
    const client = await Client.begin(a.url);
    const { call, play, id } = await begun(a, client, "long");
    a.view.cutOff();
    call.cut();
    const resumed = await client.at(b.url).get(id);
    await pass(clock, 20_000);
    expect(await resumed.rest()).toMatchObject([LOST]);
    a.view.reconnect();
    play.end("done");
    await client.at(b.url).request("ping");
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).toMatch(/answered a request .* as lost/);
  });
});
