import { InvalidArgumentError, memoryState, type State } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import type { Events } from "@towpath/test-support/events.js";
import { remoteState } from "@towpath/test-support/remote-state.js";
import { stage, type Play, type Stage } from "../../support/stage.js";

interface Called {
  readonly call: Events;
  readonly play: Play;
}

/** A call whose stream has begun with progress 1. */
async function begun(server: Stage, client: Client, name = "long"): Promise<Called> {
  const opened = client.call("play", { name });
  const play = await server.playing(name);
  await play.ctx.progress(1);
  const call = await opened;
  await call.message();
  return { call, play };
}

const progress = (value: number): object => ({
  method: "notifications/progress",
  params: { progress: value },
});
const done = { result: { content: [{ type: "text", text: "done" }] } };

describe.each([true, false])("a stream whose connection broke (sessions: %s)", (sessions) => {
  it("is resumed with nothing lost and nothing twice, and goes on live", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    await play.ctx.progress(2);
    call.cut();
    await play.ctx.progress(3);
    const resumed = await client.get(call.lastId);
    expect([await resumed.message(), await resumed.message()]).toMatchObject([progress(2), progress(3)]);
    await play.ctx.progress(4);
    expect(await resumed.message()).toMatchObject(progress(4));
    play.end("done");
    expect(await resumed.rest()).toMatchObject([done]);
  });

  it("is resumed from where it was primed, before any message", async () => {
    const server = await stage({ sessions, streamAfterMs: 1 });
    const client = await Client.begin(server.url);
    const call = await client.call("play", { name: "quiet" });
    expect(await call.next()).toMatchObject({ data: "" });
    call.cut();
    const resumed = await client.get(call.lastId);
    (await server.playing("quiet")).end("done");
    expect(await resumed.rest()).toMatchObject([done]);
  });

  it("is resumed after it was complete, as often as its client likes", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    play.end("done");
    const first = call.lastId;
    expect(await call.rest()).toMatchObject([done]);
    for (let count = 0; count < 2; count++)
      expect(await (await client.get(first)).rest()).toMatchObject([done]);
    expect(await (await client.get(call.lastId)).rest()).toEqual([]);
  });

  it("goes to whoever resumed it last; the one before ends", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    const first = await client.get(call.lastId);
    expect(await call.rest()).toEqual([]);
    const second = await client.get(call.lastId);
    expect(await first.rest()).toEqual([]);
    play.end("done");
    expect(await second.rest()).toMatchObject([done]);
  });

  it("has only what belongs to it", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const [one, two] = [await begun(server, client, "one"), await begun(server, client, "two")];
    one.call.cut();
    await two.play.ctx.progress(22);
    await one.play.ctx.progress(11);
    const resumed = await client.get(one.call.lastId);
    one.play.end("done");
    expect(await resumed.rest()).toMatchObject([progress(11), done]);
    two.play.end("done");
    expect(await two.call.rest()).toMatchObject([progress(22), done]);
  });

  it("needs an id that was given", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    const id = call.lastId ?? "";
    for (const forged of ["", "nonsense", `${id}.1`, "a b.1", `${"x".repeat(65)}.1`])
      expect((await client.get(forged)).status).toBe(400);
    for (const unknown of [`0${id}`, "00000000-0000-4000-8000-000000000000.1", "standing_.1"])
      expect((await client.get(unknown)).status).toBe(410);
    play.end("done");
    expect(await call.rest()).toMatchObject([done]);
  });

  it("gives what is left to a cursor that it never had", async () => {
    const server = await stage({ sessions });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    play.end("done");
    const forged = call.lastId?.replace(/\..*/, ".999999");
    expect(await (await client.get(forged)).rest()).toMatchObject([progress(1), done]);
  });

  it("is nobody's where streams cannot be resumed", async () => {
    const { url } = await stage({ sessions, resumable: false });
    const client = await Client.begin(url);
    const resumed = await client.get("00000000-0000-4000-8000-000000000000.1");
    expect(resumed.status).toBe(sessions ? 200 : 405);
    await client.end();
  });
});

describe("a state that calls a cursor invalid", () => {
  const strict = (): State => {
    const { logs, ...state } = remoteState(memoryState());
    const read: State["logs"]["read"] = async (name, options) => {
      if (typeof options?.from === "object" && !/^\d+$/.test(options.from.after))
        throw new InvalidArgumentError("This is no cursor");
      return logs.read(name, options);
    };
    return { ...state, logs: { ...logs, read } };
  };

  it("has no such stream for it", async () => {
    const server = await stage({ sessions: true }, { state: strict() });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    expect((await client.get(call.lastId?.replace(/\..*/, ".nonsense"))).status).toBe(410);
    play.end("done");
    expect(await call.rest()).toMatchObject([done]);
  });

  it("lets the GET stream begin anew, and its client read all anew", async () => {
    const server = await stage({ sessions: true }, { state: strict() });
    const client = await Client.begin(server.url);
    const first = await client.get();
    await first.next();
    const second = await client.get(first.lastId?.replace(/\.-/, ".nonsense"));
    expect(await first.rest()).toEqual([]);
    const anew = [await second.message(), await second.message()].map(({ method }) => method);
    expect(new Set(anew)).toEqual(
      new Set(["notifications/tools/list_changed", "notifications/resources/list_changed"]),
    );
    server.mcp.tool("another", {}, () => "something");
    expect(await second.message()).toMatchObject({ method: "notifications/tools/list_changed" });
  });
});

describe("a state that can end no reader", () => {
  it("is not waited for, and costs nothing", async () => {
    const { logs, ...state } = remoteState(memoryState());
    const read: State["logs"]["read"] = async (...how) => {
      const reader = await logs.read(...how);
      return Object.assign(reader, { return: () => Promise.reject(new Error("The state is far away")) });
    };
    const server = await stage({}, { state: { ...state, logs: { ...logs, read } } });
    const client = new Client(server.url);
    const { call, play } = await begun(server, client);
    call.cut();
    await client.request("ping");
    await play.ctx.progress(2);
    const resumed = await client.get(call.lastId);
    expect(await resumed.message()).toMatchObject(progress(2));
    play.end("done");
    expect(await resumed.rest()).toMatchObject([done]);
  });
});

describe("a stream", () => {
  it("is another session's, and cannot be had: nothing is replayed, and its own goes on", async () => {
    const server = await stage({ sessions: true });
    const [client, other] = [await Client.begin(server.url), await Client.begin(server.url)];
    const { call, play } = await begun(server, client);
    const stolen = await other.get(call.lastId);
    expect(stolen.status).toBe(410);
    expect(await stolen.next()).toBeUndefined();
    await play.ctx.progress(2);
    expect(await call.message()).toMatchObject(progress(2));
    play.end("done");
    await call.rest();
  });

  it.each([true, false])("is another principal's, and cannot be had (sessions: %s)", async (sessions) => {
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): { id: string } => ({
      id: headers.get("x-name") ?? "nobody",
    });
    const server = await stage({ sessions, authorize });
    const client = await Client.begin(server.url, { headers: { "x-name": "owner" } });
    const { call, play } = await begun(server, client);
    const thief = sessions
      ? await Client.begin(server.url, { headers: { "x-name": "thief" } })
      : client.at(server.url, { "x-name": "thief" });
    expect((await thief.get(call.lastId)).status).toBe(410);
    expect((await client.at(server.url, { "x-name": "thief" }).get(call.lastId)).status).toBe(
      sessions ? 404 : 410,
    );
    play.end("done");
    expect(await call.rest()).toMatchObject([done]);
    expect(await (await client.get(call.lastId)).rest()).toEqual([]);
  });

  it("of a session counts as open while it is resumed", async () => {
    const server = await stage({ sessions: true, limits: { maxStreamsPerSession: 2 } });
    const client = await Client.begin(server.url);
    const { call, play } = await begun(server, client);
    const resumed = await client.get(call.lastId);
    expect((await client.get(call.lastId)).status).toBe(429);
    play.end("done");
    expect(await resumed.rest()).toMatchObject([done]);
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });
});
