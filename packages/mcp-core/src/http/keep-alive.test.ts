import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

  it("forgets a stream that has ended, and writes nothing to it", async () => {
    const clock = new ManualClock();
    const keepAlive = new KeepAlive(1000, clock);
    let written = 0;
    const sink: EventSink = { open: false, write: () => void (written += 1), end: () => undefined };
    keepAlive.add(sink);
    clock.advance(1000);
    expect([written, clock.pending]).toEqual([0, 0]);
  });

  it("holds on to no stream when none are ever written to", async () => {
    const keepAlive = new KeepAlive(Infinity, new ManualClock());
    const added = (): WeakRef<EventSink> => {
      const sink: EventSink = { open: true, write: () => undefined, end: () => undefined };
      keepAlive.add(sink);
      return new WeakRef(sink);
    };
    const sink = added();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void; // what the flag brings
    const isLeft = (): boolean => {
      collect();
      return sink.deref() !== undefined;
    };
    await expect.poll(isLeft).toBe(false);
    keepAlive.delete({ open: false, write: () => undefined, end: () => undefined }); // it is still there
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
