import { McpClient, type ClientTransport, type Era, type McpServer } from "@towpath/mcp-core";
import { streamableHttp, streamableHttpClient } from "@towpath/transport-http";
import { sse, sseClient } from "@towpath/transport-sse";
import { webSocket, webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it } from "vitest";
import { createReferenceServer } from "./fixtures/reference-server.js";
import { RawClient } from "./harness/client.js";
import { ServerProgram } from "./harness/servers.js";
import { StdioPeer } from "./harness/stdio.js";

const CALLS = 600;
const INDEXES = Array.from({ length: CALLS }, (_, index) => index);

type Ending = "answered" | "cancelled";

/** A third of the calls answers at once, a third reports progress first, a third waits to be cancelled. */
const KINDS = ["echo", "report", "wait"] as const;

const kindOf = (index: number) => KINDS[index % KINDS.length] ?? "echo";
const expected = (index: number): Ending => (kindOf(index) === "wait" ? "cancelled" : "answered");

/** A client of a server that serves so many calls at once, and how both end. */
const CONNECTED = {
  stdio: async (era: Era) => {
    const program = new ServerProgram("reference-main");
    const client = await McpClient.connect(program.transport(), { era });
    const end = async (): Promise<void> => {
      await client.close();
      program.log.expectGone(1);
    };
    return { client, end };
  },
  HTTP: async (era: Era) => {
    const limits = { maxStreamsPerSession: 2 * CALLS };
    const endpoint = streamableHttp({ port: 0, sessions: era === "handshake", limits });
    const running = await createReferenceServer().start(endpoint);
    return connectedTo(running, streamableHttpClient, era);
  },
  WebSocket: async (era: Era) => {
    const running = await createReferenceServer().start(webSocket({ port: 0 }));
    return connectedTo(running, webSocketClient, era);
  },
  "HTTP+SSE": async (era: Era) => {
    const running = await createReferenceServer().start(sse({ port: 0, limits: ROOM }));
    return connectedTo(running, sseClient, era);
  },
};

/** Calls that wait do so until they are cancelled. */
const ROOM = { maxInFlightPerSession: CALLS, maxQueuedPerSession: CALLS };

async function connectedTo(
  { urls, drain }: Awaited<ReturnType<McpServer["start"]>>,
  transport: (url: string) => ClientTransport,
  era: Era,
) {
  const client = await McpClient.connect(transport(urls[0] ?? ""), { era });
  const end = async (): Promise<void> => {
    await client.close();
    await drain();
  };
  return { client, end };
}

/** What became of calls that were made at once: their endings, and progress that came after one. */
async function callAtOnce(client: McpClient) {
  const endings: Ending[][] = Array.from({ length: CALLS }, () => []);
  const lateProgress: number[] = [];
  const start = async (index: number): Promise<void> => {
    const controller = new AbortController();
    const onProgress = (): void => {
      if (endings[index]?.length !== 0) lateProgress.push(index);
      if (kindOf(index) === "wait") controller.abort();
    };
    const args = {
      echo: { text: `call ${String(index)}` },
      report: { values: [1, 2, 3], message: `call ${String(index)}` },
      wait: { key: `call ${String(index)}` },
    }[kindOf(index)];
    const end = (ending: Ending) => () => endings[index]?.push(ending);
    const call = client.callTool(kindOf(index), args, { onProgress, signal: controller.signal });
    await call.then(({ content }) => {
      if (kindOf(index) === "echo") expect(content).toEqual([{ type: "text", text: args.text }]);
      end("answered")();
    }, end("cancelled"));
  };
  await Promise.all(INDEXES.map((index) => start(index)));
  return { endings, lateProgress };
}

describe.each<readonly [keyof typeof CONNECTED, Era]>([
  ["stdio", "handshake"],
  ["stdio", "stateless"],
  ["HTTP", "handshake"],
  ["HTTP", "stateless"],
  ["WebSocket", "handshake"],
  ["WebSocket", "stateless"],
  ["HTTP+SSE", "handshake"],
])("over %s, in the %s era", (over, era) => {
  it(`${String(CALLS)} calls at once, with progress and cancellations between, end once each`, async () => {
    const { client, end } = await CONNECTED[over](era);
    const { endings, lateProgress } = await callAtOnce(client);
    // The server has heard of each cancellation, too.
    const aborted = INDEXES.filter((index) => kindOf(index) === "wait");
    await Promise.all(
      aborted.map((index) => client.callTool("await_abort", { key: `call ${String(index)}` })),
    );
    expect(endings).toEqual(INDEXES.map((index) => [expected(index)]));
    expect(lateProgress).toEqual([]);
    await end();
  });
});

describe.each<Era>(["handshake", "stateless"])("in the %s era", (era) => {
  it("on the wire, each request has one response or, cancelled, none, and no progress after it", async () => {
    const peer = new StdioPeer();
    const client = new RawClient(peer, era === "handshake" ? "2025-11-25" : "2026-07-28");
    await client.introduce();
    for (let index = 0; index < CALLS; index += 1) {
      const id = `call ${String(index)}`;
      const meta = { progressToken: id };
      if (kindOf(index) === "echo") client.sendCall("echo", { text: id }, { id, meta });
      else if (kindOf(index) === "report") client.sendCall("report", { values: [1, 2, 3] }, { id, meta });
      else client.sendCall("wait", { key: id }, { id, meta });
    }
    for (let index = 2; index < CALLS; index += KINDS.length) client.cancel(`call ${String(index)}`);
    const messages = await peer.end();
    const responses = messages.filter(({ id }) => id !== undefined).map(({ id }) => id);
    const answered = INDEXES.filter((index) => expected(index) === "answered");
    expect([...responses].sort()).toEqual(answered.map((index) => `call ${String(index)}`).sort());
    const over = new Set<unknown>();
    for (const { id, params } of messages) {
      expect(over).not.toContain(params?.["progressToken"]);
      if (id !== undefined) over.add(id);
    }
  });
});
