import { rawRequest } from "@towpath/test-support/raw-connection.js";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

interface Outcome {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function outcome(response: Response): Promise<Outcome> {
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const call = (id: number): object => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "add", arguments: { a: 1, b: 2 } },
});

describe("maxSessions", () => {
  it("refuses a stream with 503, and opens the next when one has ended", async () => {
    const { url, links } = await stage({ limits: { maxSessions: 2 } });
    const [visitor] = [await Visitor.open(url), await Visitor.open(url)];
    const refused = await outcome(await fetch(url));
    expect(refused).toMatchObject({ status: 503, retryAfter: "1", body: { error: { code: -31001 } } });
    visitor.leave();
    await expect.poll(() => links.count).toBe(1);
    await Visitor.open(url);
  });
});

describe("maxInFlight", () => {
  it("is of all sessions: a request beyond it gets 503, but no ping, notification or answer", async () => {
    const { url, playing } = await stage({ limits: { maxInFlight: 2 } });
    const [first, second] = [await Visitor.begin(url), await Visitor.begin(url)];
    await first.play("x", 1);
    await second.play("y", 1);
    const [x, y] = [await playing("x"), await playing("y")];
    const refused = await outcome(await second.post(call(7)));
    expect(refused).toMatchObject({
      status: 503,
      retryAfter: "1",
      body: { id: 7, error: { code: -31001, message: expect.stringContaining("maxInFlight") as string } },
    });
    expect(await second.request("ping")).toMatchObject({ result: {} });
    expect(await first.notify("notifications/cancelled", { requestId: 1 })).toBe(202);
    await x.aborted;
    await expect.poll(async () => (await first.post(call(8))).status).toBe(202);
    expect(await first.message()).toMatchObject({ id: 8, result: {} });
    y.end("done");
    expect(await second.message()).toMatchObject({ id: 1, result: {} });
  });
});

describe("maxInFlightBytes", () => {
  it("is of all sessions, but for a message that comes alone", async () => {
    const { url, playing } = await stage({ limits: { maxInFlightBytes: 150 } });
    const [first, second] = [await Visitor.begin(url), await Visitor.begin(url)];
    await first.play("x".repeat(200), 1);
    const { end } = await playing("x".repeat(200));
    expect((await second.post(call(1))).status).toBe(503);
    end("done");
    await first.message();
    expect((await second.post(call(1))).status).toBe(202);
  });
});

describe("maxInFlightPerSession and maxQueuedPerSession", () => {
  it("are of one session: further requests wait, and beyond that are refused on its stream", async () => {
    const { url, playing } = await stage({ limits: { maxInFlightPerSession: 1, maxQueuedPerSession: 1 } });
    const [visitor, other] = [await Visitor.begin(url), await Visitor.begin(url)];
    await visitor.play("x", 11);
    const x = await playing("x");
    await visitor.play("y", 12);
    expect((await visitor.post(call(13))).status).toBe(202);
    expect(await visitor.message()).toMatchObject({ id: 13, error: { code: -31001 } });
    expect(await other.call("add", { a: 1, b: 2 })).toMatchObject({ result: {} });
    x.end("done");
    expect(await visitor.message()).toMatchObject({ id: 11 });
    (await playing("y")).end("done");
    expect(await visitor.message()).toMatchObject({ id: 12 });
  });
});

describe("requestTimeoutMs", () => {
  it("ends the wait for a body with 408", async () => {
    const { url, port } = await stage({ limits: { requestTimeoutMs: 50 } });
    const { pathname, search } = (await Visitor.begin(url)).endpoint;
    const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n`;
    expect((await rawRequest(port, head)).status).toBe(408);
  });
});
