import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import type { EventSink } from "./call.js";
import { FetchCall } from "./fetch-call.js";
import { KeepAlive } from "./keep-alive.js";

const LIMITS = {
  maxBodyBytes: 1,
  maxTotalBodyBytes: 1,
  requestTimeoutMs: 1,
  maxQueuedBytes: 1e6,
  stallTimeoutMs: Infinity,
};

/** An event stream, and all that was written to it once it has ended. */
async function stream(): Promise<{ sink: EventSink; text: () => Promise<string> }> {
  const call = new FetchCall(new Request("http://a/"), LIMITS);
  const sink = call.stream({});
  const response = await call.response;
  return {
    sink,
    text: () => {
      sink.end();
      return response.text();
    },
  };
}

describe("KeepAlive", () => {
  it("writes a comment to every open stream now and then", async () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(1000, clock);
    const [first, second] = [await stream(), await stream()];
    keepAlive.add(first.sink);
    keepAlive.add(second.sink);
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    keepAlive.delete(second.sink);
    clock.advance(1000);
    expect(await first.text()).toBe(": keep-alive\n\n: keep-alive\n\n");
    expect(await second.text()).toBe(": keep-alive\n\n");
  });

  it("runs no timer on without streams, and starts again with the next", async () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(1000, clock);
    expect(clock.pending).toBe(0);
    const { sink, text } = await stream();
    keepAlive.add(sink);
    keepAlive.delete(sink);
    clock.advance(1000);
    expect(clock.pending).toBe(0);
    keepAlive.add(sink);
    clock.advance(1000);
    expect(await text()).toBe(": keep-alive\n\n");
  });

  it("adds nothing to what waits for a client that does not read", async () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(1000, clock);
    const { sink, text } = await stream();
    keepAlive.add(sink);
    const room = sink.write("x".repeat(100_000));
    expect(room).toBeInstanceOf(Promise);
    clock.advance(5000);
    expect(await text()).toBe(`${"x".repeat(100_000)}: keep-alive\n\n`);
  });
});
