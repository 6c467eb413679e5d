import { expect } from "vitest";
import type { HttpClient } from "../../harness/http/http-client.js";
import type { StreamEvent } from "../../harness/http/events.js";
import type { HttpTrial } from "../../harness/http/http-trial.js";
import type { HttpReply } from "../../harness/http/reply.js";
import { emptied } from "./messages.js";
import { changeTools, firstWithMessage, until } from "./streams.js";
import type { HttpBehaviours } from "./index.js";

const CHANGED = "notifications/tools/list_changed";

export const resumption = {
  "resumption.unique-ids": async ({ client }) => {
    const meta = { progressToken: "unique" };
    const replies = [1, 2, 3].map(async () => client.call("report", { values: [1, 2, 3] }, { meta }));
    const streams = await Promise.all(replies.map(async (reply) => idsOf(await (await reply).events())));
    for (const ids of streams) expect(ids.length).toBeGreaterThanOrEqual(4);
    const all = streams.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(all.map(streamOf)).size).toBe(streams.length);
  },
  "resumption.replays": async ({ client }) => {
    const { waiting, id } = await interrupted(client, "replayed");
    const resumed = await client.resume(id);
    expect(resumed).toMatchObject({ status: 200, isStream: true });
    await (await client.call("release", { key: "replayed" })).result();
    const followed = await resumed.messages();
    expect(followed).toMatchObject([{ id: waiting, result: { content: [{ text: "released replayed" }] } }]);
    expect(await (await client.resume(id)).messages()).toEqual(followed);
  },
  "resumption.own-stream": async (trial) => {
    const [ada, bob] = await twoUsers(trial);
    const first = await interrupted(ada, "first");
    const second = await interrupted(ada, "second");
    const foreign = await interrupted(bob, "foreign");
    for (const key of ["first", "second", "foreign"]) await (await ada.call("release", { key })).result();
    for (const { client, id, waiting } of [first, second, foreign]) {
      expect(await (await client.resume(id)).messages()).toMatchObject([{ id: waiting }]);
    }
    for (const [thief, id] of [
      [bob, first.id],
      [ada, foreign.id],
    ] as const) {
      const refused = await emptied(await thief.resume(id));
      expect(refused.isStream).toBe(false);
      expect(refused.status).toBeGreaterThanOrEqual(400);
    }
  },
  "resumption.get-stream": async (trial) => {
    const client = await trial.other();
    const listening = await client.get();
    await changeTools(client);
    const { id = "" } = await firstWithMessage(listening);
    listening.close();
    const resumed = await client.resume(id);
    expect((await until(client, resumed)).map(({ method }) => method)).toEqual([CHANGED]);
    resumed.close();
  },
  "resumption.primed": async ({ client }) => {
    for (const meta of [{}, { progressToken: "primed" }]) {
      const waiting = await client.call("wait", { key: "primed" }, { meta });
      const first = await waiting.event();
      expect(first).toMatchObject({ id: expect.any(String) as string, data: "" });
      await (await client.call("release", { key: "primed" })).result();
      await waiting.response();
    }
  },
  "resumption.not-primed": async ({ client }) => {
    const meta = { progressToken: "not primed" };
    const events = await (await client.call("report", { values: [1] }, { meta })).events();
    expect(events.filter(({ data = "" }) => data === "")).toEqual([]);
  },
  "resumption.polling": async ({ client }) => {
    const polled = await client.call("hang_up", { key: "polled" }, { id: "polled" });
    const events = await polled.events();
    expect(events.some(({ retry = 0 }) => retry > 0)).toBe(true);
    const last = idsOf(events).at(-1) ?? "";
    const resumed = await client.resume(last);
    await (await client.call("release", { key: "polled" })).result();
    expect(await resumed.response()).toMatchObject({
      id: "polled",
      result: { content: [{ text: "released polled" }] },
    });
  },
  "resumption.stateless": async ({ client }) => {
    const meta = { progressToken: "stateless" };
    const headers = { "last-event-id": "any.1" };
    const events = await (await client.call("report", { values: [1, 2] }, { meta, headers })).events();
    expect(events).toHaveLength(3);
    expect(idsOf(events)).toEqual([]);
  },
} satisfies HttpBehaviours;

function idsOf(events: readonly StreamEvent[]): readonly string[] {
  return events.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

/** The part of an event's id that is the stream's. */
function streamOf(id: string): string {
  return id.slice(0, id.lastIndexOf("."));
}

interface Interrupted {
  readonly client: HttpClient;
  /** The id of the call. */
  readonly waiting: string;
  /** The id of the last event that arrived. */
  readonly id: string;
}

/** Calls a tool that waits for its release, and loses the connection when it has told of its progress. */
async function interrupted(client: HttpClient, key: string): Promise<Interrupted> {
  const waiting = `waiting ${key}`;
  const reply: HttpReply = await client.call("wait", { key }, { id: waiting, meta: { progressToken: key } });
  const { id = "" } = await firstWithMessage(reply);
  expect(id).not.toBe("");
  reply.close();
  return { client, waiting, id };
}

/** Clients of two users of one server. */
async function twoUsers(trial: HttpTrial): Promise<readonly [HttpClient, HttpClient]> {
  const server = await trial.server({
    authorize: ({ headers }) => ({ id: headers.get("x-user") ?? "nobody" }),
  });
  return [
    await trial.clientOf(server, { "x-user": "ada" }).introduce(),
    await trial.clientOf(server, { "x-user": "bob" }).introduce(),
  ];
}
