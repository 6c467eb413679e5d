import { describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import type { State } from "../contract.js";
import { memoryState, type MemoryStateOptions } from "./memory-state.js";

const ttlMs = 1000;

interface Bound {
  readonly options: MemoryStateOptions;
  /** Takes place number `i`; there are two. */
  readonly take: (state: State, i: number) => Promise<unknown>;
  /** Gives place 0 back. */
  readonly free: (state: State) => Promise<unknown>;
}

const bounds: Record<string, Bound> = {
  maxRecords: {
    options: { maxRecords: 2 },
    take: ({ records }, i) => records.set(`id ${String(i)}`, 1, { ttlMs }),
    free: ({ records }) => records.delete("id 0"),
  },
  maxRecordBytes: {
    options: { maxRecordBytes: 20 },
    // 1 byte of id, 6 of JSON, 3 of index name
    take: ({ records }, i) => records.set(String(i), "üab", { ttlMs, indexes: ["all"] }),
    free: ({ records }) => records.delete("0"),
  },
  maxCounters: {
    options: { maxCounters: 2 },
    take: ({ records }, i) => records.add(String(i), 1, { ttlMs }),
    free: ({ records }) => records.add("0", -1, { ttlMs }),
  },
  maxLogs: {
    options: { maxLogs: 2 },
    take: ({ logs }, i) => logs.create(String(i), { ttlMs }),
    free: ({ logs }) => logs.delete("0"),
  },
  maxLogBytes: {
    // 1,024 bytes of a log, 96 of an entry, 10 of its text
    options: { maxLogBytes: 2 * (1024 + 96 + 10) },
    take: async ({ logs }, i) => {
      await logs.delete(String(i));
      await logs.create(String(i), { ttlMs });
      await logs.append(String(i), "0123456789");
    },
    free: ({ logs }) => logs.delete("0"),
  },
};

describe("the limits of a state in memory", () => {
  it("maxLogBytes counts logs without entries, entries without text, and what is trimmed no more", async () => {
    const { logs } = memoryState({ maxLogBytes: 2 * 1024 + 2 * 96 });
    const refusal = { code: "limit-exceeded", limit: "maxLogBytes" };
    await logs.create("a", { maxEntries: 1 });
    await logs.create("b");
    await expect(logs.create("c")).rejects.toMatchObject(refusal);
    expect(await logs.info("c")).toBeUndefined();
    for (let count = 0; count < 3; count++) await logs.append("a", "");
    await logs.append("b", "");
    await expect(logs.append("b", "")).rejects.toMatchObject(refusal);
    await logs.delete("a");
    for (let count = 0; count < 11; count++) await logs.append("b", ""); // 96 * 12 > 1024
    await expect(logs.create("c")).rejects.toMatchObject(refusal);
    await logs.delete("b");
    await logs.create("c");
  });

  it.each(Object.entries(bounds))(
    "%s refuses what exceeds it, and nothing else",
    async (limit, { options, take, free }) => {
      const state = memoryState(options);
      for (let round = 0; round < 3; round++) {
        await take(state, 0);
        await take(state, 1);
        await expect(take(state, 2)).rejects.toMatchObject({ code: "limit-exceeded", limit });
        await free(state);
        await take(state, 0);
        await free(state);
      }
    },
  );

  it.each(Object.entries(bounds))("%s counts nothing that has expired", async (_, { options, take }) => {
    const clock = new ManualClock();
    const state = memoryState({ ...options, clock });
    for (let round = 0; round < 3; round++) {
      await take(state, 0);
      await take(state, 1);
      clock.advance(ttlMs);
    }
    expect(await state.records.count("all")).toBe(0);
  });

  it("leaves a record as it was when its new value is too large", async () => {
    const { records } = memoryState({ maxRecordBytes: 20 });
    const version = await records.set("id", "old", { ttlMs, indexes: ["a"] });
    const refused = records.set("id", "x".repeat(20), { ttlMs, indexes: ["b"] });
    await expect(refused).rejects.toMatchObject({ code: "limit-exceeded" });
    expect(await records.get("id")).toEqual({ value: "old", version });
    expect([await records.count("a"), await records.count("b")]).toEqual([1, 0]);
  });

  it("maxSubscriptions counts subscriptions and services until they end", async () => {
    const { bus } = memoryState({ maxSubscriptions: 2 });
    const stop = await bus.subscribe("a", () => undefined);
    await bus.serve("b", () => 1);
    const third = bus.subscribe("a", () => undefined);
    await expect(third).rejects.toMatchObject({ code: "limit-exceeded", limit: "maxSubscriptions" });
    await stop();
    await bus.subscribe("a", () => undefined);
  });

  it("maxRequests counts requests until they settle", async () => {
    const { bus } = memoryState({ maxRequests: 1 });
    const answers: (() => void)[] = [];
    await bus.serve("topic", () => new Promise((resolve) => answers.push(() => resolve(1))));
    const first = bus.request("topic", 1, { timeoutMs: ttlMs });
    const second = bus.request("topic", 2, { timeoutMs: ttlMs });
    await expect(second).rejects.toMatchObject({ code: "limit-exceeded", limit: "maxRequests" });
    for (const answer of answers) answer();
    await first;
    const third = bus.request("topic", 3, { timeoutMs: ttlMs });
    await Promise.resolve();
    answers[1]?.();
    expect(await third).toBe(1);
  });

  it("must be above 0", () => {
    expect(() => memoryState({ maxRecords: 0 })).toThrow("maxRecords must be greater than 0, not 0.");
    expect(() => memoryState({ log: { maxBytes: NaN } })).toThrow(
      "maxBytes must be greater than 0, not NaN.",
    );
  });
});

describe("a state in memory", () => {
  it("reports what a bus listener throws, with its topic", async () => {
    const reported: unknown[] = [];
    const { bus } = memoryState({ onError: (error, topic) => reported.push([error, topic]) });
    await bus.subscribe("sync", () => {
      throw new Error("thrown");
    });
    await bus.subscribe("async", () => Promise.reject(new Error("rejected")));
    await bus.publish("sync", 1);
    await bus.publish("async", 1);
    await expect
      .poll(() => reported)
      .toEqual([
        [new Error("thrown"), "sync"],
        [new Error("rejected"), "async"],
      ]);
  });

  it("runs one timer at most, and none once closed", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    expect(clock.pending).toBe(0);
    for (const name of ["a", "b", "c"]) {
      await state.records.set(name, 1, { ttlMs });
      await state.records.add(name, 1, { ttlMs: 2 * ttlMs });
      await state.logs.create(name, { ttlMs: 3 * ttlMs });
    }
    expect(clock.pending).toBe(1);
    await state.close();
    expect(clock.pending).toBe(0);
  });

  it("leaves no timer behind once everything has expired", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    await state.records.set("id", 1, { ttlMs });
    await state.logs.create("log", { ttlMs });
    clock.advance(ttlMs + 250);
    expect(clock.pending).toBe(0);
  });
});
