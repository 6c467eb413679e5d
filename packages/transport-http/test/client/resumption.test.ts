import type { McpClient } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { RetryClock } from "../support/retry-clock.js";
import type { ScriptedCall } from "../support/scripted-call.js";
import { ScriptedServer, type Handler } from "../support/scripted-server.js";
import type { ScriptedStream } from "../support/scripted-stream.js";
import type { ResumptionOptions } from "../../src/index.js";

const HELLO = { content: [{ type: "text", text: "hello" }] };

/** For the test to answer. */
const left: Handler = () => undefined;

interface Start {
  readonly resumption?: ResumptionOptions;
  readonly idleTimeoutMs?: number;
  readonly handlers?: Readonly<Record<string, Handler>>;
}

interface Calling {
  readonly client: McpClient;
  readonly server: ScriptedServer;
  readonly clock: RetryClock;
  readonly call: ScriptedCall;
  /** The answer to the call. */
  readonly stream: ScriptedStream;
  readonly heard: readonly number[];
  /** Settles when the client has heard of the first progress. */
  readonly begun: Promise<void>;
  readonly outcome: Promise<unknown>;
}

describe.each(CONNECTORS)("over %s, a stream that is cut", (_name, http) => {
  /** Makes a call that is answered with a stream. */
  async function calling({ resumption = {}, idleTimeoutMs, handlers = {} }: Start = {}): Promise<Calling> {
    const clock = new RetryClock();
    const server = await ScriptedServer.start("handshake", { GET: left, ...handlers });
    const client = await connected(server.url, {
      http: {
        ...http,
        clock,
        standingStream: false,
        resumption: { delayMs: 700, ...resumption },
        ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
      },
    });
    const heard: number[] = [];
    const begun = deferred();
    const onProgress = ({ progress }: { readonly progress: number }): void => {
      heard.push(progress);
      begun.resolve();
    };
    const outcome = client.callTool("play", {}, { onProgress });
    outcome.catch(() => undefined);
    const call = await server.seen("tools/call");
    return { client, server, clock, call, stream: call.stream(), heard, begun: begun.promise, outcome };
  }

  it("fails its call at once in the stateless era, whatever ids its events had", async () => {
    for (const end of ["cut", "end"] as const) {
      const server = await ScriptedServer.start("stateless", {
        "tools/call": (call) => call.stream().progress(1, { id: "a", retry: 5 })[end](),
      });
      const client = await connected(server.url, { http });
      const outcome = client.callTool("play", {}, { onProgress: () => undefined });
      expect(await rejection(outcome)).toMatchObject({
        name: "ConnectionLostError",
        mayHaveBeenDelivered: true,
        message: like("ended before an answer came"),
      });
      expect(server.keys).toEqual(["server/discover", "tools/call"]);
    }
  });

  it("fails its call at once where no event had an id", async () => {
    for (const end of ["cut", "end"] as const) {
      const { stream, outcome, server } = await calling();
      stream.progress(1)[end]();
      expect(await rejection(outcome)).toMatchObject({
        name: "ConnectionLostError",
        mayHaveBeenDelivered: true,
      });
      expect(server.of("GET")).toEqual([]);
    }
  });

  it("fails its call at once where the only event with an id was cut", async () => {
    const { stream, outcome } = await calling();
    stream.write('id: a\ndata: {"jsonrpc"').cut();
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
  });

  it("is taken up behind the last whole event, and goes on from there", async () => {
    const { stream, outcome, server, clock, heard, call } = await calling();
    stream.progress(1, { id: "a" }).progress(2, { id: "b" }).write("id: c\ndata: x").cut();
    expect(await clock.pass()).toBe(700);
    const get = await server.seen("GET");
    expect(get.lastEventId).toBe("b");
    expect(get.headers).toMatchObject({ accept: "text/event-stream", "mcp-protocol-version": "2025-11-25" });
    const { id } = call.message;
    get.stream().progress(3, { id: "c" }, id).result(HELLO, { id: "d" }, id).end();
    expect(await outcome).toEqual(HELLO);
    expect(heard).toEqual([1, 2, 3]);
  });

  it("is taken up after a server has ended it in good order", async () => {
    const { stream, outcome, server, clock, call } = await calling();
    stream.prime({ id: "a", retry: 250 }).end();
    expect(await clock.pass()).toBe(250);
    (await server.seen("GET")).stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("keeps its place over any number of cuts, also where nothing came in between", async () => {
    const { stream, outcome, server, clock, call, heard } = await calling();
    const cursors: unknown[] = [];
    const again = async (nth: number): Promise<ScriptedStream> => {
      await clock.pass();
      const get = await server.seen("GET", nth);
      cursors.push(get.lastEventId);
      return get.stream();
    };
    stream.progress(1, { id: "a" }).cut();
    (await again(1)).cut();
    (await again(2)).write(": nothing new\n\n").cut();
    (await again(3)).progress(2, {}, call.message.id).cut();
    (await again(4)).progress(3, { id: "b" }, call.message.id).cut();
    (await again(5)).end();
    (await again(6)).result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
    expect(cursors).toEqual(["a", "a", "a", "a", "b", "b"]);
    expect(heard).toEqual([1, 2, 3]);
  });

  it("waits first as long as the server said, to the ms, and ever longer after that", async () => {
    const { stream, clock, server, outcome } = await calling({ handlers: { GET: (call) => call.cut() } });
    stream.progress(1, { id: "a", retry: 333 }).cut();
    expect(await clock.next()).toBe(333);
    clock.advance(332);
    expect(server.of("GET")).toEqual([]);
    clock.advance(1);
    for (const [least, most] of [
      [333, 666],
      [666, 1_332],
      [1_332, 2_664],
      [2_664, 5_328],
    ] as const) {
      const delay = await clock.pass();
      expect(delay).toBeGreaterThanOrEqual(least);
      expect(delay).toBeLessThanOrEqual(most);
    }
    expect(await rejection(outcome)).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
      message: like("could not be taken up again"),
    });
    expect(server.of("GET")).toHaveLength(5);
  });

  it("comes back at once where the server says so", async () => {
    const { stream, clock, server, outcome, call } = await calling();
    stream.progress(1, { id: "a", retry: 0 }).cut();
    expect(await clock.pass()).toBe(0);
    (await server.seen("GET")).stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("waits as long as a server said that it took up with", async () => {
    const { stream, clock, server } = await calling();
    stream.progress(1, { id: "a", retry: 333 }).cut();
    await clock.pass();
    (await server.seen("GET")).stream().prime({ id: "b", retry: 444 }).end();
    expect(await clock.pass()).toBe(444);
    (await server.seen("GET", 2)).stream().cut();
    expect(await clock.next()).toBeGreaterThanOrEqual(444);
  });

  it("comes back as often as the server asks for it, which is no failure, for as long as there is time", async () => {
    const { stream, clock, server, outcome } = await calling({
      resumption: { attempts: 1, deadlineMs: 3_000 },
      handlers: { GET: (get) => get.stream().prime({ id: "b", retry: 600 }).end() },
    });
    stream.prime({ id: "a", retry: 600 }).end();
    for (let poll = 1; poll <= 5; poll += 1) expect(await clock.pass()).toBe(600);
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
    expect(server.of("GET")).toHaveLength(5);
  });

  it("counts its attempts anew where connections last, but not its time", async () => {
    const { stream, clock, server } = await calling({ resumption: { attempts: 1 } });
    stream.progress(1, { id: "a" }).cut();
    for (let nth = 1; nth <= 3; nth += 1) {
      expect(await clock.pass()).toBe(700);
      const again = (await server.seen("GET", nth)).stream().write(": here\n\n");
      await server.quiet();
      clock.advance(6_000);
      again.cut();
    }
  });

  it("counts its attempts anew for an event with a new id, and for nothing else", async () => {
    const { stream, clock, server, outcome, call } = await calling({ resumption: { attempts: 2 } });
    const { id } = call.message;
    stream.progress(1, { id: "a" }).cut();
    await clock.pass();
    (await server.seen("GET", 1)).stream().progress(2, { id: "b" }, id).cut();
    expect(await clock.pass()).toBe(700);
    (await server.seen("GET", 2)).stream().progress(3, { id: "b" }, id).write(": alive\n\n").cut();
    expect(await clock.pass()).toBeGreaterThanOrEqual(700);
    (await server.seen("GET", 3)).stream().progress(4, { id: "b" }, id).progress(5, {}, id).cut();
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
  });

  it("is given up when its attempts have gone on for too long", async () => {
    const { stream, clock, server, outcome } = await calling({ resumption: { deadlineMs: 2_000 } });
    stream.progress(1, { id: "a" }).cut();
    await clock.pass();
    const get = await server.seen("GET");
    clock.advance(1_300);
    get.cut();
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
    expect(server.of("GET")).toHaveLength(1);
  });

  it("is taken up however long it was silent before that", async () => {
    const { stream, clock, server, outcome, call, begun } = await calling({
      resumption: { deadlineMs: 2_000 },
    });
    stream.progress(1, { id: "a" });
    await begun;
    clock.advance(50_000);
    stream.cut();
    expect(await clock.pass()).toBe(700);
    (await server.seen("GET")).stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("is given up at once where the server asks for more time than there is", async () => {
    const { stream, outcome, server } = await calling();
    stream.progress(1, { id: "a", retry: 999_999_999 }).cut();
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
    expect(server.of("GET")).toEqual([]);
  });

  it("is not taken up with 0 attempts", async () => {
    const { stream, outcome, server } = await calling({ resumption: { attempts: 0 } });
    stream.progress(1, { id: "a" }).cut();
    expect(await rejection(outcome)).toMatchObject({ name: "ConnectionLostError" });
    expect(server.of("GET")).toEqual([]);
  });

  it.each([
    [400, "text/plain"],
    [404, "text/plain"],
    [405, "text/plain"],
    [200, "text/html"],
    [202, "text/plain"],
  ])("is given up at once where GET is answered with %i, %s", async (status, type) => {
    const { stream, clock, outcome, server } = await calling({
      handlers: { GET: (call) => call.body("<h1>No</h1>", status, { "content-type": type }) },
    });
    stream.progress(1, { id: "a" }).cut();
    await clock.pass();
    expect(await rejection(outcome)).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
      cause: { name: "HttpStatusError", status },
    });
    expect(server.of("GET")).toHaveLength(1);
  });

  it("is given up with the challenges where GET is answered with 401", async () => {
    const { stream, clock, outcome } = await calling({
      handlers: { GET: (call) => call.status(401, { "www-authenticate": "Bearer" }) },
    });
    stream.progress(1, { id: "a" }).cut();
    await clock.pass();
    expect(await rejection(outcome)).toMatchObject({
      name: "UnauthorizedError",
      challenges: [{ scheme: "bearer" }],
    });
  });

  it.each([408, 409, 429, 500, 502, 503])(
    "is asked for again where GET is answered with %i",
    async (status) => {
      const { stream, clock, outcome, server, call } = await calling({
        handlers: { GET: (get) => get.body("not now", status) },
      });
      stream.progress(1, { id: "a" }).cut();
      await clock.pass();
      await clock.next();
      server.on("GET", (get) => void get.stream().result(HELLO, {}, call.message.id));
      clock.advance(1_400);
      expect(await outcome).toEqual(HELLO);
      expect(server.of("GET").map(({ lastEventId }) => lastEventId)).toEqual(["a", "a"]);
    },
  );

  it("names its place in the bytes that the server gave, whatever characters they are", async () => {
    const { stream, clock, server, outcome, call } = await calling();
    stream.progress(1, { id: "événement-世界" }).cut();
    await clock.pass();
    const get = await server.seen("GET");
    expect(Buffer.from(get.lastEventId ?? "", "latin1").toString()).toBe("événement-世界");
    get.stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("counts as cut when nothing comes any more, once the server has sent a comment to keep it", async () => {
    const { stream, clock, server, outcome, call, begun } = await calling({ idleTimeoutMs: 5_000 });
    stream.write(": alive\n\n").progress(1, { id: "a" });
    await begun;
    expect(await clock.next()).toBe(5_000);
    clock.advance(5_000);
    await call.over;
    expect(await clock.pass()).toBe(700);
    const get = await server.seen("GET");
    expect(get.lastEventId).toBe("a");
    get.stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("may be silent for any time where it could not be taken up again", async () => {
    const { stream, clock, outcome, begun } = await calling({ idleTimeoutMs: 5_000 });
    stream.progress(1);
    await begun;
    clock.advance(1_000_000);
    stream.result(HELLO);
    expect(await outcome).toEqual(HELLO);
  });

  it("is taken up where it was when it has been silent for too long", async () => {
    const { stream, clock, outcome, begun, server, call } = await calling({ idleTimeoutMs: 120_000 });
    stream.progress(1, { id: "a" });
    await begun;
    clock.advance(120_000);
    expect(await clock.pass()).toBe(700);
    const get = await server.seen("GET");
    expect(get.lastEventId).toBe("a");
    get.stream().result(HELLO, {}, call.message.id);
    expect(await outcome).toEqual(HELLO);
  });

  it("is not taken up for a call that was cancelled meanwhile", async () => {
    const clock = new RetryClock();
    const server = await ScriptedServer.start("handshake", { ping: (call) => call.result() });
    const client = await connected(server.url, { http: { ...http, clock, standingStream: false } });
    const controller = new AbortController();
    const outcome = client.callTool("play", {}, { signal: controller.signal });
    const call = await server.seen("tools/call");
    call.stream().prime({ id: "a", retry: 250 }).cut();
    expect(await clock.next()).toBe(250);
    controller.abort();
    await rejection(outcome);
    await server.seen("notifications/cancelled");
    clock.advance(250);
    await client.ping();
    expect(server.of("GET")).toEqual([]);
  });
});
