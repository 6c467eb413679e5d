import { McpClient, type ClientTransport, type Era, type ServerTransport } from "@towpath/mcp-core";
import { streamableHttp, streamableHttpClient } from "@towpath/transport-http";
import { sse, sseClient } from "@towpath/transport-sse";
import { webSocket, webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it } from "vitest";
import { createManyServer, type Leftovers, type ManySettings } from "./fixtures/many-server.js";
import { LOST, ManyCalls, told } from "./harness/many-calls.js";
import { ServerProgram } from "./harness/servers.js";

const CALLS = 1000;
const ERAS: readonly Era[] = ["handshake", "stateless"];
const NOTHING: Leftovers = { contexts: 0, timers: 0 };

/** Calls that did not go as they should, in a form that can be read. */
function described(
  calls: readonly { name: string; expected: string; endings: string[]; progress: string[] }[],
) {
  return calls.map(({ name, expected, endings, progress }) => ({ name, expected, endings, progress }));
}

interface Started {
  readonly program: ServerProgram;
  readonly many: ManyCalls;
  readonly client: McpClient;
}

async function start(era: Era, seed: number, settings: ManySettings = {}): Promise<Started> {
  const program = new ServerProgram("many-main", JSON.stringify(settings));
  const many = new ManyCalls(era, seed);
  return { program, many, client: await McpClient.connect(program.transport(), many.options) };
}

describe.each(ERAS)("in the %s era, 1,000 calls at once over one connection", (era) => {
  it.each([
    ["in memory", undefined],
    ["to a process that serves all of them at once", {}],
    ["to a process that serves 64 of them at once", { limits: { maxInFlight: 64 } }],
  ])("%s end once each, as they should, with nothing left", async (_, settings) => {
    const seed = 1;
    const { program, many, client } =
      settings === undefined ? await inMemory(era, seed) : await start(era, seed, settings);
    expect(described(await many.run(client, CALLS))).toEqual([]);
    expect(await told(client, "leftovers")).toEqual(NOTHING);
    expect(many.noise).toEqual([]);
    await client.close();
    expect(many.clock.pending).toBe(0);
    if (program === undefined) return;
    program.log.expectGone(1);
    expect(program.log.text).toMatch(/^pid \d+\n$/);
  });

  it("end once each when the process is killed in between, and the next one serves as well", async () => {
    const { program, many, client } = await start(era, 2);
    const wave = many.start(client, CALLS);
    await wave.someEnded(CALLS / 2);
    for (const pid of program.log.pids) process.kill(pid, "SIGKILL");
    await wave.ended();
    await many.unasked();
    expect(described(wave.wrong(({ expected }) => [expected, LOST]))).toEqual([]);
    const waiting = wave.calls.filter(({ kind }) => kind.timesOut);
    expect(new Set(waiting.flatMap(({ endings }) => endings))).toEqual(new Set([LOST]));

    expect(described(await many.run(client, CALLS))).toEqual([]);
    expect(await told(client, "leftovers")).toEqual(NOTHING);
    // It may have been writing.
    const cut = "the beginning of a message, cut by the end of the server";
    expect(many.noise.filter((noise) => noise !== cut)).toEqual([]);
    expect(many.noise.length).toBeLessThan(2);
    await client.close();
    expect(many.clock.pending).toBe(0);
    program.log.expectGone(2);
  });

  it("end once each when the client is closed in between", async () => {
    const { program, many, client } = await start(era, 3);
    const wave = many.start(client, CALLS);
    await wave.someEnded(CALLS / 2);
    await client.close();
    await wave.ended();
    await many.unasked();
    expect(described(wave.wrong(({ expected }) => [expected, LOST]))).toEqual([]);
    expect(wave.endings().get(LOST)).toBeGreaterThan(0);
    expect(many.clock.pending).toBe(0);
    program.log.expectGone(1);
  });
});

/** Room for the stream of every call. */
const limits = { maxStreamsPerSession: 4 * CALLS };
const overHttp = (sessions: boolean): Way => [
  streamableHttp({ port: 0, sessions, limits }),
  streamableHttpClient,
];
const overWebSocket: Way = [webSocket({ port: 0 }), webSocketClient];

const overSse: Way = [
  sse({ port: 0, limits: { maxInFlightPerSession: CALLS, maxQueuedPerSession: 4 * CALLS } }),
  sseClient,
];

type Way = readonly [server: ServerTransport, client: (url: string) => ClientTransport];

describe.each<readonly [Era, string, Way]>([
  ["stateless", "HTTP", overHttp(false)],
  ["stateless", "HTTP with sessions", overHttp(true)],
  ["handshake", "HTTP with sessions", overHttp(true)],
  ["stateless", "WebSocket", overWebSocket],
  ["handshake", "WebSocket", overWebSocket],
  ["handshake", "HTTP+SSE", overSse],
])("in the %s era, 1,000 calls at once over %s", (era, _, [transport, clientOf]) => {
  it("end once each, as they should, with nothing left", async () => {
    const running = await createManyServer().start(transport);
    const many = new ManyCalls(era, 1);
    const client = await McpClient.connect(clientOf(running.urls[0] ?? ""), many.options);
    expect(described(await many.run(client, CALLS))).toEqual([]);
    expect(await told(client, "leftovers")).toEqual(NOTHING);
    expect(many.noise).toEqual([]);
    await client.close();
    expect(many.clock.pending).toBe(0);
    await running.drain();
  });
});

async function inMemory(era: Era, seed: number) {
  const many = new ManyCalls(era, seed);
  return { program: undefined, many, client: await McpClient.connect(createManyServer(), many.options) };
}
