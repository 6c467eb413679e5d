import type { JsonRpcMessage } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { matches } from "./matches.js";
import { Wire, type WireEntry } from "./wire.js";

const request = (id: number, method = "tools/call"): JsonRpcMessage => ({ jsonrpc: "2.0", id, method });
const result = (id: number): JsonRpcMessage => ({ jsonrpc: "2.0", id, result: { said: "Hello" } });

function said(wire: Wire): readonly string[] {
  return wire.entries.map((entry) =>
    entry.kind === "note" ? entry.text : `${entry.direction} ${entry.shape} ${entry.method}`,
  );
}

describe("the record of a connection", () => {
  it("knows what an answer answers, and how long that took", () => {
    let now = 0;
    const wire = new Wire({ now: () => now });
    wire.sent(request(1));
    now = 30;
    wire.received(result(1));
    expect(said(wire)).toEqual(["out request tools/call", "in result tools/call"]);
    expect(wire.entries[1]).toMatchObject({ ms: 30 });
  });

  it("does not take the server's requests for the client's with the same id", () => {
    const wire = new Wire();
    wire.sent(request(1));
    wire.received(request(1, "elicitation/create"));
    wire.sent(result(1));
    wire.received({ jsonrpc: "2.0", id: 1, error: { code: 1, message: "no" } });
    wire.received(result(1));
    expect(said(wire).slice(2)).toEqual([
      "out result elicitation/create",
      "in error tools/call",
      "in result ",
    ]);
  });

  it("forgets the oldest when there are too many, and tells", () => {
    const wire = new Wire({ limit: 2 });
    const dropped: number[] = [];
    wire.watch({ added: (_entry, count) => dropped.push(count), cleared: () => dropped.push(-1) });
    for (const text of ["a", "b", "c"]) wire.note(text);
    expect(said(wire)).toEqual(["b", "c"]);
    wire.clear();
    expect(wire.entries).toEqual([]);
    expect(dropped).toEqual([0, 0, 1, -1]);
  });
});

describe("a filter", () => {
  const wire = new Wire();
  wire.sent(request(1));
  wire.received(result(1));
  wire.note("Connected");
  const found = (text: string, direction: "both" | "in" | "out" = "both"): readonly WireEntry["kind"][] =>
    wire.entries.filter((entry) => matches(entry, { text, direction })).map(({ kind }) => kind);

  it("finds methods, what messages say, and notes, in any case", () => {
    expect(found("")).toHaveLength(3);
    expect(found("TOOLS/")).toEqual(["message", "message"]);
    expect(found("hello")).toEqual(["message"]);
    expect(found("connected")).toEqual(["note"]);
  });

  it("shows one direction alone, without notes", () => {
    expect(found("", "in")).toEqual(["message"]);
    expect(found("", "out")).toEqual(["message"]);
  });
});
