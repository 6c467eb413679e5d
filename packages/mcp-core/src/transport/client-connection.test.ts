import { describe, expect, it } from "vitest";
import type { MaybePromise } from "../contract/index.js";
import type { JsonRpcMessage } from "../jsonrpc/messages.js";
import { ConnectionLostError, UnreadableResponseError } from "../protocol/errors.js";
import { DuplexClientConnection } from "./client-connection.js";

function setUp(send?: () => MaybePromise<void>) {
  const sent: JsonRpcMessage[] = [];
  const messages: JsonRpcMessage[] = [];
  const noise: string[] = [];
  const connection: DuplexClientConnection = new DuplexClientConnection({
    receiver: { message: (message) => messages.push(message), noise: (text) => noise.push(text) },
    send: (message) => {
      sent.push(message);
      return send?.();
    },
    close: async () => connection.ended({ kind: "closed" }),
  });
  const request = (id: number, method = "echo") => connection.request({ jsonrpc: "2.0", id, method });
  const receive = (value: unknown): void => connection.receive(JSON.stringify(value));
  return { connection, sent, messages, noise, request, receive };
}

const response = (id: number, result: object = {}): object => ({ jsonrpc: "2.0", id, result });

describe("DuplexClientConnection", () => {
  it("matches responses to requests, in whatever order they come", async () => {
    const { request, receive } = setUp();
    const [first, second] = [request(1), request(2)];
    receive({ jsonrpc: "2.0", id: 2, error: { code: -32601, message: "no" } });
    receive(response(1, { a: 1 }));
    expect(await first.response).toEqual(response(1, { a: 1 }));
    expect(await second.response).toMatchObject({ error: { code: -32601 } });
  });

  it("hands on notifications and requests of the server", () => {
    const { messages, receive } = setUp();
    const notification = { jsonrpc: "2.0", method: "notifications/progress", params: {} };
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    receive(notification);
    receive(ping);
    expect(messages).toEqual([notification, ping]);
  });

  it.each([
    ["text that is not JSON", "Server listening…", "not JSON: Server listening…"],
    ["JSON that is no message", '{"level":"info"}', 'not an MCP message: {"level":"info"}'],
    [
      "an error without an id",
      '{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}',
      "no request in particular",
    ],
    [
      "an error with the id null",
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}',
      "no request",
    ],
    [
      "a notification whose params are no object",
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":null}',
      'not an MCP message: {"jsonrpc":"2.0","method":"notifications/cancelled","params":null}',
    ],
    [
      "what is nested deeper than JSON can be written",
      `{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      "not an MCP message: an object",
    ],
    [
      "an unasked answer that is nested so deep",
      `{"jsonrpc":"2.0","id":9,"result":{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`,
      "an answer that nobody waits for: an object",
    ],
    ["a long text, cut", "x".repeat(1000), `not JSON: ${"x".repeat(200)}…`],
  ])("reports %s as noise and goes on", async (_, text, described) => {
    const { connection, noise, receive, request } = setUp();
    const exchange = request(1);
    connection.receive(text);
    receive(response(1));
    await exchange.response;
    expect(noise).toEqual([expect.stringContaining(described)]);
  });

  it.each([
    ["is no valid response", '{"jsonrpc":"2.0","id":1,"result":"text"}'],
    ["is not JSON", '{"jsonrpc":"2.0","id":1,"result":{"x":NaN}}'],
  ])("fails a call at once when its answer %s", async (_, text) => {
    const { connection, noise, request } = setUp();
    const exchange = request(1);
    connection.receive(text);
    await expect(exchange.response).rejects.toThrow(UnreadableResponseError);
    expect(noise).toHaveLength(1);
  });

  it("takes a message that stands behind noise on the same line, and reports the noise", async () => {
    const { connection, noise, request } = setUp();
    const exchange = request(1);
    connection.receive(`calling... ${JSON.stringify(response(1, { a: 1 }))}`);
    expect(await exchange.response).toEqual(response(1, { a: 1 }));
    expect(noise).toEqual(["not JSON: calling... "]);
  });

  it("fails a call at once when its answer stands behind noise and cannot be read", async () => {
    const { connection, noise, request } = setUp();
    const exchange = request(1);
    connection.receive('calling... {"jsonrpc":"2.0","id":1,"result":{"x":NaN}}');
    await expect(exchange.response).rejects.toThrow(UnreadableResponseError);
    expect(noise).toHaveLength(1);
  });

  it("fails a call whose answer the transport could not take", async () => {
    const { connection, noise, request } = setUp();
    const exchange = request(1);
    connection.unreadable("a message of more than 9 bytes", '{"jsonrpc":"2.0","id":1,"result":{"x":"aaa');
    await expect(exchange.response).rejects.toThrow("more than 9 bytes");
    expect(noise).toEqual(["a message of more than 9 bytes"]);
  });

  it("reports a response that nobody ever waited for", () => {
    const { messages, noise, receive, request } = setUp();
    request(77);
    receive({ ...response(77), id: "77" });
    expect([messages, noise]).toEqual([[], [expect.stringContaining("nobody waits for")]]);
  });

  it("cancels with a notification, once, and ignores the late answer", () => {
    const { noise, receive, request, sent } = setUp();
    const exchange = request(1);
    exchange.cancel("no longer needed");
    exchange.cancel("again");
    receive(response(1));
    const params = { requestId: 1, reason: "no longer needed" };
    expect(sent.slice(1)).toEqual([{ jsonrpc: "2.0", method: "notifications/cancelled", params }]);
    expect(noise).toEqual([]);
  });

  it("sends no cancellation after the answer, nor for initialize", async () => {
    const { receive, request, sent } = setUp();
    const exchange = request(1);
    receive(response(1));
    await exchange.response;
    exchange.cancel("late");
    request(2, "initialize").cancel("must not be cancelled");
    expect(sent.map((message) => "method" in message && message.method)).toEqual(["echo", "initialize"]);
  });

  it("says that a request did not reach the server when sending rejects", async () => {
    const { request } = setUp(() => Promise.reject(new Error("the pipe broke")));
    const error: unknown = await request(1).response.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({
      mayHaveBeenDelivered: false,
      message: expect.stringContaining("the pipe broke") as unknown,
    });
  });

  it("rejects with the error itself when a request cannot be written at all", async () => {
    const { request } = setUp(() => {
      throw new TypeError("a BigInt");
    });
    await expect(request(1).response).rejects.toThrow(new TypeError("a BigInt"));
  });

  it("fails every call in flight when the connection ends, and later ones before they are sent", async () => {
    const { connection, request, sent } = setUp();
    const [first, second] = [request(1).response, request(2).response];
    const error = new Error("exit code 3");
    connection.ended({ kind: "lost", error });
    connection.ended({ kind: "closed" });
    for (const call of [first, second]) {
      await expect(call).rejects.toMatchObject({ mayHaveBeenDelivered: true, cause: error });
    }
    await expect(request(3).response).rejects.toMatchObject({ mayHaveBeenDelivered: false, cause: error });
    expect(() => connection.notify({ jsonrpc: "2.0", method: "x" })).toThrow(ConnectionLostError);
    expect(await connection.closed).toEqual({ kind: "lost", error });
    expect(sent).toHaveLength(2);
  });

  it("fails one call as its transport says, and no other", async () => {
    const { connection, noise, request, receive } = setUp();
    const [first, second] = [request(1), request(2)];
    const reason = new Error("503");
    connection.failed(1, reason);
    connection.failed(3, reason);
    await expect(first.response).rejects.toBe(reason);
    receive(response(2));
    expect(await second.response).toEqual(response(2));
    expect(noise).toEqual([]);
  });

  it("says of requests that were not begun that they were not", async () => {
    const { connection, request } = setUp();
    const [first, second] = [request(1).response, request(2).response];
    connection.ended({ kind: "lost" }, [2, 3]);
    await expect(first).rejects.toMatchObject({ mayHaveBeenDelivered: true });
    await expect(second).rejects.toMatchObject({ mayHaveBeenDelivered: false });
  });

  it("is known to be over when its calls fail", async () => {
    const { connection, request } = setUp();
    const order: string[] = [];
    void connection.closed.then(() => order.push("over"));
    const failed = request(1).response.catch(() => order.push("failed"));
    connection.ended({ kind: "lost" });
    await failed;
    expect(order).toEqual(["over", "failed"]);
  });

  it("closes through its transport", async () => {
    const { connection } = setUp();
    await connection.close();
    expect(await connection.closed).toEqual({ kind: "closed" });
  });

  it("takes batches in revision 2025-03-26, and no others", async () => {
    const { connection, messages, noise, request, receive } = setUp();
    const exchange = request(1);
    const notification = { jsonrpc: "2.0", method: "notifications/x" };
    receive([notification]);
    expect(noise).toHaveLength(1);
    connection.negotiated("2025-03-26");
    receive([response(1), notification]);
    receive(Array.from({ length: 101 }, () => notification));
    await exchange.response;
    expect(messages).toEqual([notification]);
    expect(noise).toHaveLength(2);
  });

  it("fails the calls whose answers are in a batch that is not taken", async () => {
    const { connection, noise, request, receive } = setUp();
    const early = request(1);
    receive([response(1)]);
    await expect(early.response).rejects.toThrow("2025-03-26");
    connection.negotiated("2025-03-26");
    const later = request(2);
    receive([response(2), ...Array.from({ length: 100 }, () => response(3))]);
    await expect(later.response).rejects.toThrow("a batch of 101 messages, more than 100");
    expect(noise).toHaveLength(2);
  });

  it("takes no request and no unasked answer from behind noise", () => {
    const { connection, messages, noise, request } = setUp();
    request(1);
    connection.receive('<- {"jsonrpc":"2.0","id":1,"method":"tools/call"}');
    connection.receive(`sent ${JSON.stringify(response(2))}`);
    expect(messages).toEqual([]);
    expect(noise).toHaveLength(2);
  });

  it("leaves a server that goes on asking and does not read the answers", async () => {
    const { connection, request } = setUp(() => new Promise<void>(() => undefined));
    const exchange = request(1);
    for (let id = 0; id <= 1024; id += 1) void connection.answer({ jsonrpc: "2.0", id, result: {} });
    await expect(exchange.response).rejects.toThrow("1025 answers wait");
    expect(await connection.closed).toMatchObject({ kind: "lost" });
  });
});
