import { McpServer, memoryState } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import {
  ERAS,
  HANDSHAKE,
  INITIALIZE,
  POST_HEADERS,
  post,
  request,
  toolCall,
  type Headers,
} from "../support/requests.js";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { calculator, waitingServer } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

interface Outcome {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function outcome(response: Response): Promise<Outcome> {
  const text = await response.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
}

async function session(url: string): Promise<Headers> {
  const response = await post(url, INITIALIZE);
  await response.text();
  return { "mcp-session-id": response.headers.get("mcp-session-id") ?? "" };
}

const busy = (status: number, id: number | null, option: string): unknown => ({
  status,
  retryAfter: "1",
  body: { id, error: { code: -31001, message: expect.stringContaining(option) as string } },
});

describe("maxInFlight", () => {
  it.each(ERAS)(
    "refuses what there is no room for, and takes the next when there is, in the %s era",
    async (era) => {
      const { mcp, begun, release } = waitingServer();
      const { url } = await startServer(mcp, { limits: { maxInFlight: 2 } });
      const waiting = ["x", "y"].map((call) => post(url, toolCall(era, "wait", { call })));
      await Promise.all([begun("x"), begun("y")]);
      const refused = await post(url, toolCall(era, "add", { a: 1, b: 2 }, { id: 7 }));
      expect(await outcome(refused)).toMatchObject(busy(503, 7, "maxInFlight") as object);
      release("x");
      await waiting[0];
      expect((await post(url, toolCall(era, "add", { a: 1, b: 2 }))).status).toBe(200);
      release("y");
      await waiting[1];
    },
  );

  it("counts what still works on a request whose client has gone", async () => {
    const { mcp, begun, release } = waitingServer({ stubborn: true });
    const { url } = await startServer(mcp, { limits: { maxInFlight: 1 } });
    const away = new AbortController();
    const lost = post(url, toolCall("stateless", "wait", { call: "x" }), { signal: away.signal });
    await begun("x");
    away.abort();
    await expect(lost).rejects.toThrow();
    const { status } = await post(url, toolCall("stateless", "add", { a: 1, b: 2 }));
    expect(status).toBe(503);
    release("x");
    await expect
      .poll(async () => (await post(url, toolCall("stateless", "add", { a: 1, b: 2 }))).status)
      .toBe(200);
  });

  it("counts each request of a batch", async () => {
    const { mcp } = waitingServer();
    const { url } = await startServer(mcp, { limits: { maxInFlight: 2 } });
    const pings = [1, 2, 3].map((id) => ({ jsonrpc: "2.0", id, method: "tools/list" }));
    const body = JSON.stringify(pings);
    const refused = await fetch(url, { method: "POST", headers: POST_HEADERS, body });
    expect(await outcome(refused)).toMatchObject(busy(503, null, "maxInFlight") as object);
  });

  it("does not keep notifications out", async () => {
    const { mcp, begun, release } = waitingServer();
    const { url } = await startServer(mcp, { limits: { maxInFlight: 1 } });
    const waiting = post(url, toolCall("handshake", "wait", { call: "x" }));
    await begun("x");
    const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    const notified = await fetch(url, { method: "POST", headers: POST_HEADERS, body });
    expect([notified.status, await notified.text()]).toEqual([202, ""]);
    release("x");
    await waiting;
  });
});

describe("maxListens", () => {
  it("counts subscriptions apart from other requests", async () => {
    const { url } = await startServer(calculator(), { limits: { maxListens: 1, maxInFlight: 1 } });
    const listen = request("stateless", "subscriptions/listen", {
      notifications: { toolsListChanged: true },
    });
    const first = await post(url, listen);
    expect(first.status).toBe(200);
    expect(await outcome(await post(url, listen))).toMatchObject(busy(503, 1, "maxListens") as object);
    expect((await post(url, toolCall("stateless", "add", { a: 1, b: 2 }))).status).toBe(200);
    await first.body?.cancel();
  });
});

describe("maxBatch", () => {
  const headers = { ...POST_HEADERS, "mcp-protocol-version": "2025-03-26" };
  const batch = (count: number): string =>
    JSON.stringify(Array.from({ length: count }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" })));

  it("refuses a longer batch as a whole", async () => {
    const { url } = await startServer(calculator(), { limits: { maxBatch: 3 } });
    const served = await outcome(await fetch(url, { method: "POST", headers, body: batch(3) }));
    expect([served.status, served.body]).toMatchObject([200, [{ id: 0 }, { id: 1 }, { id: 2 }]]);
    const refused = await outcome(await fetch(url, { method: "POST", headers, body: batch(4) }));
    expect([refused.status, refused.body]).toMatchObject([400, { id: null, error: { code: -32600 } }]);
  });

  it("refuses batches where there are none", async () => {
    const { url } = await startServer(calculator());
    const since = { ...headers, "mcp-protocol-version": HANDSHAKE };
    const refused = await outcome(await fetch(url, { method: "POST", headers: since, body: batch(1) }));
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: -32600 } }]);
    const empty = await outcome(await fetch(url, { method: "POST", headers, body: "[]" }));
    expect([empty.status, empty.body]).toMatchObject([400, { error: { code: -32600 } }]);
  });

  it("answers with nothing where nothing was asked", async () => {
    const { url } = await startServer(calculator());
    const body = JSON.stringify([{ jsonrpc: "2.0", method: "notifications/initialized" }]);
    expect(await outcome(await fetch(url, { method: "POST", headers, body }))).toMatchObject({ status: 202 });
  });
});

describe("maxSessions", () => {
  it("refuses a further session until one has ended", async () => {
    const { url } = await startServer(calculator(), { sessions: true, limits: { maxSessions: 2 } });
    const first = await session(url);
    await session(url);
    const refused = await post(url, INITIALIZE);
    expect(refused.headers.get("mcp-session-id")).toBeNull();
    expect(await outcome(refused)).toMatchObject(busy(503, 0, "maxSessions") as object);
    expect((await fetch(url, { method: "DELETE", headers: first })).status).toBe(204);
    expect((await post(url, INITIALIZE)).status).toBe(200);
  });

  it("is not touched by clients without a session", async () => {
    const { url } = await startServer(calculator(), { sessions: true, limits: { maxSessions: 1 } });
    await session(url);
    expect((await post(url, toolCall("stateless", "add", { a: 1, b: 2 }))).status).toBe(200);
  });
});

describe("a state that is full", () => {
  it("refuses further sessions, and nobody is told of a failure", async () => {
    const errors: unknown[] = [];
    const state = memoryState({ maxRecords: 1 });
    const mcp = new McpServer("small", { state });
    const { url } = await startServer(mcp, { sessions: true, onError: (error) => errors.push(error) });
    const headers = await session(url);
    const refused = await post(url, INITIALIZE);
    expect(refused.headers.get("mcp-session-id")).toBeNull();
    expect(await outcome(refused)).toMatchObject(busy(503, 0, "maxRecords") as object);
    expect(errors).toEqual([]);
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(204);
    expect((await post(url, INITIALIZE)).status).toBe(200);
  });
});

describe("maxStreamsPerSession", () => {
  it("refuses requests and streams beyond it, in that session alone", async () => {
    const { mcp, begun, release } = waitingServer();
    const { url } = await startServer(mcp, { sessions: true, limits: { maxStreamsPerSession: 2 } });
    const [headers, other] = [await session(url), await session(url)];
    const get = (): Promise<Response> => fetch(url, { headers: { accept: "text/event-stream", ...headers } });
    const stream = await get();
    const waiting = post(url, toolCall("handshake", "wait", { call: "x" }, { headers }));
    await begun("x");
    const call = toolCall("handshake", "add", { a: 1, b: 2 }, { headers, id: 7 });
    expect(await outcome(await post(url, call))).toMatchObject(
      busy(429, 7, "the most it may have") as object,
    );
    expect((await post(url, toolCall("handshake", "add", { a: 1, b: 2 }, { headers: other }))).status).toBe(
      200,
    );
    release("x");
    await waiting;
    expect((await post(url, call)).status).toBe(200);
    await stream.body?.cancel();
  });

  it("lets the stream of a session be replaced at the limit", async () => {
    const { url } = await startServer(calculator(), { sessions: true, limits: { maxStreamsPerSession: 1 } });
    const headers = { accept: "text/event-stream", ...(await session(url)) };
    const first = await fetch(url, { headers });
    const second = await fetch(url, { headers });
    expect([first.status, second.status]).toEqual([200, 200]);
    await first.text();
    await second.body?.cancel();
  });
});

describe("maxConnections", () => {
  it("closes further connections at once", async () => {
    const { port } = await startServer(calculator(), { maxConnections: 1 });
    const first = await RawConnection.open(port);
    const second = await RawConnection.open(port);
    await second.closed;
    first.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect((await first.response()).status).toBe(200);
  });
});
