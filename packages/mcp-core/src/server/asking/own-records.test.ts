import { describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import { OwnRecords } from "./own-records.js";

const minute = { ttlMs: 60_000 };

describe("OwnRecords", () => {
  it("keep values by value, until they are deleted", async () => {
    const records = new OwnRecords(new ManualClock());
    const value = { list: [1] };
    await records.set("a", value, minute);
    value.list.push(2);
    expect((await records.get("a"))?.value).toEqual({ list: [1] });
    await records.delete("a");
    await records.delete("a");
    expect(await records.get("a")).toBeUndefined();
  });

  it("create what is not there, or is no longer", async () => {
    const clock = new ManualClock();
    const records = new OwnRecords(clock);
    expect(await records.create("a", 1, minute)).toMatchObject({ outcome: "created" });
    expect(await records.create("a", 2, minute)).toEqual({ outcome: "exists" });
    clock.advance(60_000);
    expect(await records.get("a")).toBeUndefined();
    expect(await records.create("a", 3, minute)).toMatchObject({ outcome: "created" });
    expect((await records.get("a"))?.value).toBe(3);
  });

  it("let one of many who try create a record", async () => {
    const records = new OwnRecords(new ManualClock());
    const tries = await Promise.all([1, 2, 3].map((value) => records.create("a", value, minute)));
    expect(tries.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
  });

  it("are bounded in number, and make room of what has expired", async () => {
    const clock = new ManualClock();
    const records = new OwnRecords(clock);
    for (let index = 0; index < 100_000; index += 1) await records.set(String(index), index, minute);
    await expect(records.set("one more", 1, minute)).rejects.toThrow("Too many calls");
    clock.advance(60_000);
    await records.set("one more", 1, minute);
    expect((await records.get("one more"))?.value).toBe(1);
  });

  it("live on, or not for long, when touched", async () => {
    const clock = new ManualClock();
    const records = new OwnRecords(clock);
    await records.set("a", 1, minute);
    await records.set("b", 2, minute);
    await records.touch("a", 1_000);
    await records.touch("b", 120_000);
    await records.touch("none", 1_000);
    clock.advance(60_000);
    expect(await records.get("a")).toBeUndefined();
    expect(await records.get("b")).toEqual({ value: 2 });
    expect(await records.get("none")).toBeUndefined();
  });

  it("are bounded in size", async () => {
    const records = new OwnRecords(new ManualClock());
    const half = "x".repeat(32 * 1024 * 1024);
    await records.set("a", half, minute);
    await expect(records.set("b", half, minute)).rejects.toThrow("Too many calls");
    await records.set("a", "small", minute);
    await records.set("b", half, minute);
  });

  it("keep what is there where there is no room for what is to replace it", async () => {
    const records = new OwnRecords(new ManualClock());
    await records.set("a", "small", minute);
    await expect(records.set("a", "x".repeat(64 * 1024 * 1024), minute)).rejects.toThrow("Too many calls");
    expect((await records.get("a"))?.value).toBe("small");
  });
});
