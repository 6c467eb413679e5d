import type { JsonRpcMessage, JsonRpcResponse } from "@towpath/mcp-core/transport";
import { describe, expect, it } from "vitest";
import { takeText } from "./incoming.js";

/** Takes a text; gives what became of it. */
function taken(json: string, takesBatches = true): readonly string[] {
  const events: string[] = [];
  const taker = {
    takesBatches,
    receiver: {
      message: (message: JsonRpcMessage) =>
        events.push("method" in message ? `message ${message.method}` : "message"),
      noise: (text: string) => events.push(`noise ${text}`),
    },
    respond: ({ id }: JsonRpcResponse) => {
      if (id !== 1) return false;
      events.push("response");
      return true;
    },
    spoilt: () => undefined,
    asked: () => undefined,
  };
  takeText(json, taker);
  return events;
}

describe("takeText", () => {
  it("gives each message to whom it is for, of a batch in their order", () => {
    const [note, response] = ['{"jsonrpc":"2.0","method":"a"}', '{"jsonrpc":"2.0","id":1,"result":{}}'];
    expect(taken(note)).toEqual(["message a"]);
    expect(taken('{"jsonrpc":"2.0","id":5,"method":"b"}')).toEqual(["message b"]);
    expect(taken(response)).toEqual(["response"]);
    expect(taken(`[${note},7,${response}]`)).toEqual([
      "message a",
      `noise not an MCP message: [${note},7,${response}]`,
      "response",
    ]);
  });

  it("takes for noise what is for nobody, and shows its beginning", () => {
    expect(taken('{"jsonrpc":"2.0","id":2,"result":{}}')).toEqual([
      'noise an answer that nobody waits for here: {"jsonrpc":"2.0","id":2,"result":{}}',
    ]);
    const [noise = ""] = taken(`"${"x".repeat(1_000)}"`);
    expect(noise.length).toBeLessThan(250);
    expect(taken("<p>")).toEqual(["noise not JSON: <p>"]);
  });

  it("takes no batch where there are none, and none that is too long", () => {
    expect(taken("[]", false)).toEqual(["noise a batch, which exists only in protocol revision 2025-03-26"]);
    expect(taken(JSON.stringify(Array(101).fill(1)))).toEqual([
      "noise a batch of 101 messages, more than 100",
    ]);
  });

  it("takes what is nested too deeply to be written again", () => {
    const [noise = ""] = taken(`{"deep":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    expect(noise).toMatch(/^noise not an MCP message: \{"deep":\[\[/);
  });
});
