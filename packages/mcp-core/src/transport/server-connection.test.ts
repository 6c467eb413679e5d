import { describe, expect, it } from "vitest";
import { ScriptedDispatcher } from "../../test/scripted-dispatcher.js";
import { encode } from "../jsonrpc/encode.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import type { Revision } from "../protocol/revisions.js";
import { ManualClock } from "../testing/manual-clock.js";
import type { ConnectionLimits } from "./limits.js";
import { ServerConnection } from "./server-connection.js";

interface Options {
  readonly revision?: Revision;
  readonly limits?: Partial<ConnectionLimits>;
}

/** A connection whose peer reads everything, or nothing while `blocked`. */
function setUp({ revision, limits = {} }: Options = {}) {
  const dispatcher = new ScriptedDispatcher(revision);
  const clock = new ManualClock();
  const sent: unknown[] = [];
  const cutOff: Error[] = [];
  const reading = { blocked: false, unblock: [] as (() => void)[] };
  const connection = new ServerConnection({
    dispatcher,
    clock,
    limits,
    peer: { id: "peer-1", transport: "test" },
    send: (message) => {
      sent.push(JSON.parse(encode(message)));
      return reading.blocked ? new Promise((resolve) => reading.unblock.push(resolve)) : undefined;
    },
    onUnread: (error) => cutOff.push(error),
  });
  const receive = (...messages: object[]): void => {
    for (const message of messages) connection.receive(JSON.stringify({ jsonrpc: "2.0", ...message }));
  };
  return { dispatcher, clock, sent, cutOff, reading, connection, receive };
}

/** Lets promises that are settled by now run their course. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const echo = (id: number): object => ({ id, method: "echo", params: { n: id } });
const wait = (id: number): object => ({ id, method: "wait" });
const ping = (id: number): object => ({ id, method: "ping" });
const listen = (id: number): object => ({ id, method: "subscriptions/listen" });
const reply = (id: number, result: object = {}): object => ({ jsonrpc: "2.0", id, result });
const busy = (id: number): unknown => ({
  jsonrpc: "2.0",
  id,
  error: expect.objectContaining({ code: -31001 }) as unknown,
});

describe("ServerConnection: what arrives", () => {
  it("answers requests, at once or later, each with its own id", async () => {
    const { dispatcher, receive, sent } = setUp();
    receive(wait(1), echo(2));
    dispatcher.finish(1);
    await turn();
    expect(sent).toEqual([reply(2, { n: 2 }), reply(1)]);
  });

  it("answers two requests in flight with the same id", async () => {
    const { dispatcher, receive, sent } = setUp();
    receive({ ...wait(1), params: { which: "first" } }, { ...wait(1), params: { which: "second" } });
    dispatcher.finish(1);
    dispatcher.finish(1);
    await turn();
    expect(sent).toEqual([reply(1, { which: "first" }), reply(1, { which: "second" })]);
  });

  it("hands on notifications and answers, and sends nothing for them", () => {
    const { dispatcher, receive, sent } = setUp();
    receive({ method: "notifications/initialized" }, { id: 9, result: {} });
    expect(dispatcher.notifications.map(({ method }) => method)).toEqual(["notifications/initialized"]);
    expect(dispatcher.answers).toEqual([reply(9)]);
    expect(sent).toEqual([]);
  });

  it("gives no answer to a cancelled request", async () => {
    const { dispatcher, receive, sent } = setUp();
    receive(wait(1));
    dispatcher.finish(1, "cancelled");
    await turn();
    expect(sent).toEqual([]);
  });

  it("lets the server send outside any request", () => {
    const { dispatcher, sent } = setUp();
    void dispatcher.peer?.push?.({ jsonrpc: "2.0", method: "ping", id: "s1" });
    expect(sent).toEqual([{ jsonrpc: "2.0", method: "ping", id: "s1" }]);
  });
});

describe("ServerConnection: what cannot be read", () => {
  it.each([
    ["text that is not JSON", "{nonsense", undefined],
    ["text of which the id can be read", '{"jsonrpc":"2.0","id":7,"method":"m","params":{"x":NaN}}', 7],
  ])("answers %s with -32700", (_, text, id) => {
    const { connection, sent } = setUp();
    connection.receive(text);
    const error: unknown = expect.objectContaining({ code: -32700 });
    expect(sent).toEqual([id === undefined ? { jsonrpc: "2.0", error } : { jsonrpc: "2.0", id, error }]);
  });

  it.each([
    ["2024-11-05", null],
    ["2025-03-26", null],
    ["2025-06-18", null],
    ["2025-11-25", undefined],
    [undefined, undefined],
  ] as const)("in revision %s an id that cannot be read is %s", (revision, id) => {
    const { connection, sent } = setUp(revision === undefined ? {} : { revision });
    connection.receive("{");
    connection.receive("5");
    const [first, second] = sent as { id?: unknown; error: { code: number } }[];
    expect([first?.id, second?.id]).toEqual([id, id]);
    expect([first?.error.code, second?.error.code]).toEqual([-32700, -32600]);
    expect("id" in (first ?? {})).toBe(id === null);
  });

  it.each([
    ["a number", 5, undefined],
    ["an object that is no message", { hello: 1 }, undefined],
    ["a request without a method", { jsonrpc: "2.0", id: 3 }, 3],
    ["a request of another version", { jsonrpc: "1.0", id: "x", method: "m" }, "x"],
    ["a request with the id null", { jsonrpc: "2.0", id: null, method: "m" }, undefined],
    ["a request with a fraction as its id", { jsonrpc: "2.0", id: 1.5, method: "m" }, undefined],
  ])("answers %s with -32600 and goes on", (_, value, id) => {
    const { connection, receive, sent } = setUp();
    connection.receive(JSON.stringify(value));
    receive(echo(1));
    const error: unknown = expect.objectContaining({ code: -32600 });
    const refusal = id === undefined ? { jsonrpc: "2.0", error } : { jsonrpc: "2.0", id, error };
    expect(sent).toEqual([refusal, reply(1, { n: 1 })]);
  });

  it.each([
    ["is no valid response", '{"jsonrpc":"2.0","id":4,"result":"text"}', -32600],
    ["is not JSON", '{"jsonrpc":"2.0","id":4,"result":{"x":NaN}}', -32700],
  ])("fails the server's own request when the answer to it %s", (_, text, code) => {
    const { connection, dispatcher, sent } = setUp();
    connection.receive(text);
    expect(dispatcher.answers).toMatchObject([{ id: 4, error: { code } }]);
    // Sent to the client, this id would be taken for that of one of its own requests.
    expect(sent).toEqual([]);
  });

  it("refuses what the transport could not take, with the id from the beginning of it", () => {
    const { connection, sent } = setUp();
    const error = new InvalidRequestError("too large");
    connection.refuse(error, '{"jsonrpc":"2.0","id":"big","method":"m","params":{"text":"aaaa');
    connection.refuse(error);
    expect(sent).toEqual([
      { jsonrpc: "2.0", id: "big", error: error.toJSON() },
      { jsonrpc: "2.0", error: error.toJSON() },
    ]);
  });
});

describe("ServerConnection: what may be under way", () => {
  it("serves up to maxInFlight at once, and further ones in order as places get free", async () => {
    const { dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 2 } });
    receive(wait(1), wait(2), wait(3), echo(4), echo(5));
    expect(dispatcher.served).toEqual([1, 2]);
    dispatcher.finish(1);
    await turn();
    expect(dispatcher.served).toEqual([1, 2, 3]);
    dispatcher.finish(3);
    await turn();
    expect(dispatcher.served).toEqual([1, 2, 3, 4, 5]);
    expect(sent).toEqual([reply(1), reply(3), reply(4, { n: 4 }), reply(5, { n: 5 })]);
  });

  it("refuses requests beyond the queue with an error that says so, and loses none before", async () => {
    const { dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1, maxQueued: 2 } });
    receive(wait(1), wait(2), wait(3), wait(4));
    expect(sent).toEqual([busy(4)]);
    expect(JSON.stringify(sent)).toContain("1 requests are in flight and 2 wait");
    for (const id of [1, 2, 3]) {
      dispatcher.finish(id);
      await turn();
    }
    expect(sent.slice(1)).toEqual([reply(1), reply(2), reply(3)]);
  });

  it("goes on handing over notifications and answers while requests wait", () => {
    const { dispatcher, receive } = setUp({ limits: { maxInFlight: 1 } });
    receive(wait(1), wait(2), { method: "notifications/progress" }, { id: 7, result: {} });
    expect(dispatcher.notifications).toHaveLength(1);
    expect(dispatcher.answers).toHaveLength(1);
  });

  it("never begins a request that was cancelled while it waited, and does not answer it", async () => {
    const { dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1 } });
    receive(wait(1), echo(2), echo(3));
    receive({ method: "notifications/cancelled", params: { requestId: 2 } });
    dispatcher.finish(1);
    await turn();
    expect(dispatcher.served).toEqual([1, 3]);
    expect(sent).toEqual([reply(1), reply(3, { n: 3 })]);
  });

  it("answers ping at once, though every place is taken and others wait", () => {
    const { receive, sent } = setUp({ limits: { maxInFlight: 1, maxQueued: 1 } });
    receive(wait(1), wait(2), ping(3), ping(4));
    expect(sent).toEqual([reply(3), reply(4)]);
  });

  it("answers ping at once, though replies are still unread", () => {
    const { dispatcher, reading, receive } = setUp();
    reading.blocked = true;
    receive(echo(1), echo(2), ping(3));
    expect(dispatcher.served).toEqual([1, 3]);
  });

  it("lets pings that take their time pile up no more than other requests", async () => {
    const { dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1, maxQueued: 2 } });
    const slow = { method: "ping", params: { slow: true } };
    const ids = Array.from({ length: 20 }, (_, index) => index + 1);
    receive(...ids.map((id) => ({ id, ...slow })));
    expect(dispatcher.served).toEqual(ids.slice(0, 17));
    expect(sent).toEqual([busy(20)]);
    for (const id of ids.slice(0, 19)) {
      dispatcher.finish(id);
      await turn();
    }
    expect(dispatcher.served).toEqual(ids.slice(0, 19));
  });

  it("counts subscriptions apart from other requests", () => {
    const { dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1, maxListens: 2 } });
    receive(listen(1), listen(2), wait(3), listen(4));
    expect(dispatcher.served).toEqual([1, 2, 3]);
    expect(sent).toEqual([busy(4)]);
  });

  it.each([0, -1, 1.5, Number.NaN])("does not accept %s as a limit", (maxInFlight) => {
    expect(() => setUp({ limits: { maxInFlight } })).toThrow(RangeError);
  });
});

describe("ServerConnection: a peer that does not read", () => {
  it("begins nothing new until the replies were accepted", async () => {
    const { dispatcher, reading, receive } = setUp();
    reading.blocked = true;
    receive(echo(1), echo(2), echo(3));
    expect(dispatcher.served).toEqual([1]);
    reading.blocked = false;
    for (const unblock of reading.unblock) unblock();
    await turn();
    expect(dispatcher.served).toEqual([1, 2, 3]);
  });

  it("is cut off when it goes on sending", () => {
    const { cutOff, reading, receive } = setUp({ limits: { maxInFlight: 2, maxQueued: 3 } });
    reading.blocked = true;
    // One is served, three wait, four are refused: five replies are unread.
    receive(...[1, 2, 3, 4, 5, 6, 7, 8].map(echo));
    expect(cutOff).toEqual([]);
    receive(echo(9));
    expect(cutOff.map(({ message }) => message)).toEqual([expect.stringContaining("6 replies wait")]);
  });
});

describe("ServerConnection: batches", () => {
  const revision = "2025-03-26";

  it("answers one with an array, in the batch's order", async () => {
    const { connection, dispatcher, sent } = setUp({ revision });
    const batch = [wait(1), echo(2), { method: "notifications/x" }, { id: 5, result: {} }];
    connection.receive(JSON.stringify(batch.map((message) => ({ jsonrpc: "2.0", ...message }))));
    dispatcher.finish(1);
    await turn();
    expect(sent).toEqual([[reply(1), reply(2, { n: 2 })]]);
    expect(dispatcher.notifications).toHaveLength(1);
    expect(dispatcher.answers).toHaveLength(1);
  });

  it("takes a cancellation inside one, of a request that waits there or outside", async () => {
    const { connection, dispatcher, receive, sent } = setUp({ revision, limits: { maxInFlight: 1 } });
    receive(wait(1), echo(2));
    const cancel = (requestId: number): object => ({
      method: "notifications/cancelled",
      params: { requestId },
    });
    const batch = [echo(3), echo(4), cancel(2), cancel(3)];
    connection.receive(JSON.stringify(batch.map((message) => ({ jsonrpc: "2.0", ...message }))));
    dispatcher.finish(1);
    await turn();
    expect(dispatcher.served).toEqual([1, 4]);
    expect(dispatcher.notifications).toHaveLength(2);
    expect(sent).toEqual([reply(1), [reply(4, { n: 4 })]]);
  });

  it("sends nothing for one that asks for no answer", () => {
    const { connection, sent } = setUp({ revision });
    connection.receive('[{"jsonrpc":"2.0","method":"notifications/x"}]');
    expect(sent).toEqual([]);
  });

  it("answers each invalid element in its place", () => {
    const { connection, sent } = setUp({ revision });
    connection.receive('[1, {"jsonrpc":"2.0","id":2,"method":"echo"}, {"jsonrpc":"2.0","id":3}]');
    const error: unknown = expect.objectContaining({ code: -32600 });
    expect(sent).toEqual([[{ jsonrpc: "2.0", id: null, error }, reply(2), { jsonrpc: "2.0", id: 3, error }]]);
  });

  it("refuses initialize inside one, and serves the rest", () => {
    const { connection, dispatcher, sent } = setUp({ revision });
    connection.receive(
      '[{"jsonrpc":"2.0","id":1,"method":"initialize"},{"jsonrpc":"2.0","id":2,"method":"echo"}]',
    );
    const error = { code: -32600, message: "initialize cannot be part of a batch" };
    expect(sent).toEqual([[{ jsonrpc: "2.0", id: 1, error }, reply(2)]]);
    expect(dispatcher.served).toEqual([2]);
  });

  it.each([
    ["an empty one", revision, [], "at least one message"],
    ["one with too many messages", revision, [1, 2, 3, 4].map(echo), "at most 3 messages, not 4"],
    ["one in another revision", "2025-06-18", [echo(1)], "only in protocol revision 2025-03-26"],
    ["one before initialize", undefined, [echo(1)], "only in protocol revision 2025-03-26"],
    [
      "one with a stateless request",
      revision,
      [{ ...echo(1), params: { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } } }],
      "cannot be in a batch",
    ],
  ] as const)("refuses %s as a whole", (_, spoken, batch, text) => {
    const { connection, dispatcher, sent } = setUp({
      ...(spoken && { revision: spoken }),
      limits: { maxBatch: 3 },
    });
    connection.receive(JSON.stringify(batch.map((message) => ({ jsonrpc: "2.0", ...message }))));
    expect(sent).toMatchObject([
      { error: { code: -32600, message: expect.stringContaining(text) as unknown } },
    ]);
    expect(dispatcher.served).toEqual([]);
  });
});

describe("ServerConnection: its end", () => {
  it("drains: refuses new requests, ends subscriptions, and serves what was accepted", async () => {
    const { connection, dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1 } });
    receive(listen(1), wait(2), echo(3));
    const drained = connection.drain(1000);
    receive(echo(4));
    dispatcher.finish(2);
    await drained;
    const refused = { jsonrpc: "2.0", id: 4, error: expect.objectContaining({ code: -31002 }) as unknown };
    expect(sent).toEqual([refused, reply(1), reply(2), reply(3, { n: 3 })]);
    expect(dispatcher.closeReasons).toEqual([{ kind: "closed" }]);
  });

  it("drains at once when nothing is in flight", async () => {
    const { clock, connection, dispatcher } = setUp();
    await connection.drain(Infinity);
    expect(dispatcher.closeReasons).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("waits for stragglers no longer than it was told, by whoever is the least patient", async () => {
    const { clock, connection, dispatcher, receive } = setUp();
    receive(wait(1));
    const patient = connection.drain(5000);
    const hasty = connection.drain(1000);
    clock.advance(999);
    await turn();
    expect(dispatcher.closeReasons).toEqual([]);
    clock.advance(1);
    await Promise.all([patient, hasty]);
    expect(dispatcher.closeReasons).toEqual([{ kind: "closed" }]);
    expect(clock.pending).toBe(0);
  });

  it("stops draining when the peer is lost", async () => {
    const { connection, receive } = setUp();
    receive(wait(1));
    const drained = connection.drain(Infinity);
    connection.close({ kind: "lost" });
    await drained;
  });

  it("tells when what was in flight has ended, though it was closed before", async () => {
    const { clock, connection, dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1 } });
    receive(wait(1), wait(2));
    connection.close({ kind: "closed" });
    const settled = connection.settled(1000);
    expect(clock.pending).toBe(1);
    dispatcher.finish(1, "cancelled");
    await settled;
    expect(clock.pending).toBe(0);
    expect(sent).toEqual([]);
  });

  it("waits for what does not end no longer than it was told", async () => {
    const { clock, connection, receive } = setUp();
    receive(wait(1));
    connection.close({ kind: "closed" });
    const settled = connection.settled(1000);
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    await settled;
  });

  it("closes its link once, drops what waits, and neither takes nor sends anything any more", async () => {
    const { connection, dispatcher, receive, sent } = setUp({ limits: { maxInFlight: 1 } });
    receive(wait(1), wait(2));
    connection.close({ kind: "lost" });
    connection.close({ kind: "closed" });
    dispatcher.finish(1);
    receive(echo(3));
    connection.receive("{");
    await turn();
    expect(dispatcher.served).toEqual([1]);
    expect(dispatcher.closeReasons).toEqual([{ kind: "lost" }]);
    expect(sent).toEqual([]);
  });
});

describe("ServerConnection: whoever sent a message", () => {
  it("is that of the message where one is known, and else the connection's", () => {
    const [principal, headers] = [{ id: "ann" }, new Headers({ "x-a": "1" })];
    const seen: unknown[] = [];
    const dispatcher = new ScriptedDispatcher();
    const { request } = dispatcher;
    dispatcher.request = (message, exchange) => {
      seen.push([exchange.principal?.id, exchange.headers?.get("x-a") ?? null]);
      return request.call(dispatcher, message, exchange);
    };
    const connection = new ServerConnection({
      dispatcher,
      headers: new Headers({ "x-a": "0" }),
      peer: { id: "peer-1", transport: "test" },
      send: () => undefined,
      onUnread: () => undefined,
    });
    const message = { jsonrpc: "2.0", ...echo(1) };
    connection.receiveValue(message);
    connection.receiveValue(message, { principal, headers });
    connection.receiveValue(message, { principal });
    expect(seen).toEqual([
      [undefined, "0"],
      ["ann", "1"],
      ["ann", "0"],
    ]);
  });
});
