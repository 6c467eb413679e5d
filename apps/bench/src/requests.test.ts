import { describe, expect, it } from "vitest";
import { CallPool, discover, initialize, initialized, toolCall } from "./requests.js";

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly arguments?: unknown; readonly _meta?: Record<string, unknown> };
}

/** The messages in these bytes; each has to end with its newline. */
function messagesIn(buffers: readonly Buffer[]): readonly Message[] {
  const lines = Buffer.concat(buffers).toString().split("\n");
  expect(lines.pop()).toBe("");
  // Encoded by the module under test; what the assertions read is checked by them.
  return lines.map((line) => JSON.parse(line) as Message);
}

const idsIn = (buffers: readonly Buffer[]): unknown[] => messagesIn(buffers).map((message) => message.id);

describe("CallPool", () => {
  it("gives a run of calls in the order of their ids", () => {
    expect(idsIn(new CallPool("handshake", 200).slices(97, 5))).toEqual([98, 99, 100, 101, 102]);
  });

  it("starts again at its end", () => {
    const pool = new CallPool("handshake", 4);
    expect(idsIn(pool.slices(3, 3))).toEqual([4, 1, 2]);
    expect(idsIn(pool.slices(6, 1))).toEqual([3]);
    expect(idsIn(pool.slices(4, 4))).toEqual([1, 2, 3, 4]);
  });

  it("knows the answer to each call", () => {
    const [call] = messagesIn(new CallPool("handshake", 3).slices(2, 1));
    expect(call?.params?.arguments).toEqual({ a: 3, b: 1000 });
    expect(CallPool.answerTo(3)).toBe("1003");
  });

  it("carries the era's metadata in every call of the stateless era, and none in the other", () => {
    const [stateless] = messagesIn(new CallPool("stateless", 1).slices(0, 1));
    const [handshake] = messagesIn(new CallPool("handshake", 1).slices(0, 1));
    expect(stateless?.params?._meta).toMatchObject({
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    });
    expect(handshake?.params).not.toHaveProperty("_meta");
  });
});

describe("messages", () => {
  it("are one line each", () => {
    const call = toolCall("handshake", 7, "size", { text: "two\nlines" });
    expect(messagesIn([initialize, initialized, discover, call]).map(({ method }) => method)).toEqual([
      "initialize",
      "notifications/initialized",
      "server/discover",
      "tools/call",
    ]);
  });
});
