import { describe, expect, it } from "vitest";
import type { AnswerListener, Connector, OutgoingCall } from "./connector.js";
import { leavingRoom } from "./page-connector.js";

const url = new URL("http://mcp.test/");
const asking: OutgoingCall = { method: "POST", url, headers: {}, pool: "requests", mayAsk: true };
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

describe("a connector that leaves room", () => {
  it("lets four calls wait for answers at a time, and all others through", () => {
    const recorder = new Recorder();
    const connector = leavingRoom(recorder);
    for (let n = 0; n < 6; n += 1) connector.send(asking, listener());
    expect(recorder.sent).toHaveLength(4);
    connector.send(answer, listener());
    expect(recorder.sent).toHaveLength(5);
  });

  it.each<[string, (first: AnswerListener) => void]>([
    ["ended", (first) => first.end()],
    ["failed", (first) => first.fail(new Error("gone"), true)],
    ["was refused", (first) => first.refuse(new Error("no"))],
  ])("sends the next when one has %s", (_, over) => {
    const recorder = new Recorder();
    const connector = leavingRoom(recorder);
    for (let n = 0; n < 6; n += 1) connector.send(asking, listener());
    over(recorder.sent[0] ?? listener());
    expect(recorder.sent).toHaveLength(5);
  });

  it("sends the next when one was given up, and never one that was given up while it waited", () => {
    const recorder = new Recorder();
    const connector = leavingRoom(recorder);
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
    leavingRoom(recorder).send(asking, listener(told));
    const [inner = listener()] = recorder.sent;
    inner.head(200, new Headers());
    inner.text("{}");
    inner.end();
    expect(told).toEqual(["head 200", "{}", "end"]);
  });

  it("sends nothing that waited once it is closed", () => {
    const recorder = new Recorder();
    const connector = leavingRoom(recorder);
    for (let n = 0; n < 6; n += 1) connector.send(asking, listener());
    const [first] = recorder.sent;
    connector.close();
    first?.end();
    expect(recorder.sent).toEqual([]);
  });
});
