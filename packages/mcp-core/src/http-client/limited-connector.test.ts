import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { AnswerListener, Connector, OutgoingCall } from "./connector.js";
import { limited } from "./limited-connector.js";

const url = new URL("http://mcp.test/");
const asking: OutgoingCall = { method: "POST", url, headers: {}, pool: "requests", mayAsk: true };
const plain: OutgoingCall = { ...asking, mayAsk: false };
const answer: OutgoingCall = { method: "POST", url, headers: {}, pool: "control", mayAsk: false };

/** Keeps calls as they are sent, for the test to answer. */
class Recorder implements Connector {
  readonly sent: AnswerListener[] = [];
  aborted = 0;

  send(_: OutgoingCall, listener: AnswerListener): { abort(): void } {
    this.sent.push(listener);
    return { abort: () => void (this.aborted += 1) };
  }

  close(): void {
    this.sent.length = 0;
  }
}

function listener(told: string[] = []): AnswerListener {
  return {
    head: (status) => void told.push(`head ${String(status)}`),
    text: (piece) => void told.push(piece),
    end: () => void told.push("end"),
    fail: ({ message }, sent) => void told.push(`fail ${message} ${String(sent)}`),
    refuse: ({ message }) => void told.push(`refuse ${message}`),
  };
}

/** How many of 300 calls like this are sent at once. */
function sentAtOnce(call: OutgoingCall, maxConnections?: number): number {
  const recorder = new Recorder();
  const connector = limited(recorder, maxConnections);
  for (let n = 0; n < 300; n += 1) connector.send(call, listener());
  return recorder.sent.length;
}

describe("a connector with a limit", () => {
  it.each([
    ["256 requests", undefined, 256, 256],
    ["as many requests as it is told", 2, 2, 2],
  ])("lets %s wait for answers at a time, and all other calls through", (_what, max, ...expected) => {
    expect([sentAtOnce(asking, max), sentAtOnce(plain, max)]).toEqual(expected);
    expect(sentAtOnce(answer, max)).toBe(300);
  });

  it.each([
    ["four requests that a server may ask something for", undefined, 4, 300],
    ["as many requests as it is told", 10, 10, 10],
  ])("lets %s wait in a page, and all other calls through", (_what, max, ...expected) => {
    vi.stubGlobal("location", { origin: "https://app.test" });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect([sentAtOnce(asking, max), sentAtOnce(plain, max)]).toEqual(expected);
    expect(sentAtOnce(answer, max)).toBe(300);
  });

  it("says of calls whether they wait", () => {
    const connector = limited(new Recorder(), 1);
    const calls = [1, 2].map(() => connector.send(asking, listener()));
    expect(calls.map(({ isUnsent }) => isUnsent)).toEqual([false, true]);
    calls[0]?.abort();
    expect(calls.map(({ isUnsent }) => isUnsent)).toEqual([false, false]);
  });

  it.each<[string, (first: AnswerListener) => void]>([
    ["ended", (first) => first.end()],
    ["failed", (first) => first.fail(new Error("gone"), true)],
    ["was refused", (first) => first.refuse(new Error("no"))],
  ])("sends the next when one has %s", (_, over) => {
    const recorder = new Recorder();
    const connector = limited(recorder, 4);
    for (let n = 0; n < 6; n += 1) connector.send(asking, listener());
    over(recorder.sent[0] ?? listener());
    expect(recorder.sent).toHaveLength(5);
  });

  it("sends the next when one was given up, and never one that was given up while it waited", () => {
    const recorder = new Recorder();
    const connector = limited(recorder, 4);
    const calls = Array.from({ length: 6 }, () => connector.send(asking, listener()));
    calls[4]?.abort();
    expect([recorder.sent.length, recorder.aborted]).toEqual([4, 0]);
    calls[0]?.abort();
    calls[0]?.abort();
    expect(recorder.sent).toHaveLength(5);
    calls[1]?.abort();
    expect(recorder.sent).toHaveLength(5);
  });

  it("passes answers on as they come", () => {
    const recorder = new Recorder();
    const told: string[] = [];
    limited(recorder, 4).send(asking, listener(told));
    const [inner = listener()] = recorder.sent;
    inner.head(200, new Headers());
    inner.text("{}");
    inner.end();
    expect(told).toEqual(["head 200", "{}", "end"]);
  });

  it("sends nothing that waited once it is closed", () => {
    const recorder = new Recorder();
    const connector = limited(recorder, 4);
    for (let n = 0; n < 6; n += 1) connector.send(asking, listener());
    const [first] = recorder.sent;
    connector.close();
    first?.end();
    expect(recorder.sent).toEqual([]);
  });
});
