import { describe, expect, it } from "vitest";
import { waitingServer, type Waiting } from "../support/servers.js";
import { RawConnection } from "@towpath/test-support/raw-connection.js";
import {
  ERAS,
  INITIALIZE,
  POST_HEADERS,
  post,
  postText,
  request,
  requestText,
  toolCall,
} from "../support/requests.js";
import { startServer, type Started } from "../support/start-server.js";

const WAYS: Readonly<Record<string, (connection: RawConnection) => void>> = {
  "resets its connection": (connection) => connection.vanish(),
  "closes its connection": (connection) => void connection.socket.destroy(),
};

/** Room for one request at a time: what were still counted would keep the next one out. */
const LIMITS = { maxInFlight: 1, maxListens: 1 };

interface Place extends Started {
  readonly waiting: Waiting;
}

async function serve(sessions = false): Promise<Place> {
  const waiting = waitingServer();
  return { ...(await startServer(waiting.mcp, { sessions, limits: LIMITS })), waiting };
}

/** Nothing is left of it: no link, no place that is taken, nothing a drain would wait for. */
async function expectNothingLeft({ links, url, drain }: Place): Promise<void> {
  await links.none();
  const next = await post(url, toolCall("stateless", "add", { a: 1, b: 2 }));
  expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('"text":"3"')]);
  await drain({ timeoutMs: Infinity });
}

describe.each(Object.entries(WAYS))("when a client %s", (_way, leave) => {
  it.each([
    ["in the middle of the headers", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-"],
    ["before the body", requestText("POST", { ...POST_HEADERS, "content-length": "100" })],
    ["in the middle of the body", requestText("POST", { ...POST_HEADERS, "content-length": "100" }, "{")],
    [
      "in the middle of a chunk",
      requestText("POST", { ...POST_HEADERS, "transfer-encoding": "chunked" }, "64\r\n{"),
    ],
  ])("%s, nothing is left", async (_phase, text) => {
    const place = await serve();
    const connection = await RawConnection.open(place.port);
    await new Promise<void>((resolve) => connection.socket.write(text, () => resolve()));
    leave(connection);
    await connection.closed;
    await expectNothingLeft(place);
  });

  it("while it waits for one answer, its request is cancelled in the stateless era", async () => {
    const place = await serve();
    const connection = await RawConnection.open(place.port);
    connection.write(postText(toolCall("stateless", "wait", { call: "x" })));
    await place.waiting.begun("x");
    leave(connection);
    await place.waiting.aborted("x");
    await expectNothingLeft(place);
  });

  it("while it waits for one answer, its request goes on in the handshake era", async () => {
    const place = await serve();
    const connection = await RawConnection.open(place.port);
    connection.write(postText(toolCall("handshake", "wait", { call: "x" })));
    await place.waiting.begun("x");
    leave(connection);
    await connection.closed;
    expect((await post(place.url, toolCall("handshake", "add", { a: 1, b: 2 }))).status).toBe(503);
    place.waiting.release("x");
    await expectNothingLeft(place);
  });

  it.each(ERAS)("in the middle of a stream, nothing is left of it in the %s era", async (era) => {
    const place = await serve();
    const connection = await RawConnection.open(place.port);
    connection.write(postText(toolCall(era, "wait", { call: "x" }, { meta: { progressToken: 1 } })));
    await connection.until("x has begun");
    leave(connection);
    if (era === "stateless") await place.waiting.aborted("x");
    else place.waiting.release("x");
    await expectNothingLeft(place);
  });

  it("while it listens, its subscription ends", async () => {
    const place = await serve();
    const connection = await RawConnection.open(place.port);
    const listen = request("stateless", "subscriptions/listen", {
      notifications: { toolsListChanged: true },
    });
    connection.write(postText(listen));
    await connection.until("acknowledged");
    expect((await post(place.url, listen)).status).toBe(503);
    leave(connection);
    await expectNothingLeft(place);
  });

  it("behind a request of the same connection that is still served, both are given up", async () => {
    const waiting = waitingServer();
    const place = { ...(await startServer(waiting.mcp, { limits: { maxInFlight: 2 } })), waiting };
    const connection = await RawConnection.open(place.port);
    for (const call of ["x", "y"]) connection.write(postText(toolCall("stateless", "wait", { call })));
    await Promise.all([waiting.begun("x"), waiting.begun("y")]);
    leave(connection);
    await Promise.all([waiting.aborted("x"), waiting.aborted("y")]);
    await expectNothingLeft(place);
  });

  it("with the stream of its session open, it may open another", async () => {
    const place = await serve(true);
    const introduced = await post(place.url, INITIALIZE);
    await introduced.text();
    const session = { "mcp-session-id": introduced.headers.get("mcp-session-id") ?? "" };
    const get = requestText("GET", { accept: "text/event-stream", ...session });
    for (let time = 0; time < 3; time++) {
      const connection = await RawConnection.open(place.port);
      await connection.write(get).until("\r\n\r\n");
      expect(connection.received).toMatch(/^HTTP\/1\.1 200 /);
      leave(connection);
      await connection.closed;
    }
    await place.drain({ timeoutMs: Infinity });
    expect(place.links.count).toBe(0);
  });
});

describe("a server whose clients all vanish", () => {
  it.each(ERAS)("has room for as many again, in the %s era", async (era) => {
    const waiting = waitingServer();
    const place = { ...(await startServer(waiting.mcp, { limits: { maxInFlight: 20 } })), waiting };
    for (const round of ["a", "b", "c"]) {
      const calls = Array.from({ length: 20 }, (_, index) => `${round}${String(index)}`);
      await Promise.all(
        calls.map(async (call) => {
          const connection = await RawConnection.open(place.port);
          connection.write(postText(toolCall(era, "wait", { call })));
          await waiting.begun(call);
          connection.vanish();
          await connection.closed;
          waiting.release(call);
        }),
      );
      await place.links.none();
    }
    await expectNothingLeft(place);
  });
});
