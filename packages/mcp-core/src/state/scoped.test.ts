import { describe, expect, it } from "vitest";
import { stateContract } from "../testing/state-contract.js";
import { memoryState } from "./memory/memory-state.js";
import { scopedState } from "./scoped.js";

describe("a scope of a state", () => {
  it.concurrent.each(stateContract(() => scopedState(memoryState(), "a")))("$name", ({ run }) => run());

  it("shares nothing with another scope of the same state", async () => {
    const state = memoryState();
    const [one, other] = [scopedState(state, "one"), scopedState(state, 'one"')];
    await one.records.set("id", 1, { ttlMs: 1000, indexes: ["index"] });
    await one.logs.create("log");
    await one.records.add("counter", 1, { ttlMs: 1000 });
    const heard: unknown[] = [];
    await other.bus.subscribe("topic", (message) => void heard.push(message));
    await one.bus.publish("topic", "hello");
    await other.bus.publish("topic", "hello there");
    await new Promise(setImmediate);
    expect(await other.records.get("id")).toBeUndefined();
    expect(await other.records.count("index")).toBe(0);
    expect(await other.logs.info("log")).toBeUndefined();
    expect(await other.records.add("counter", 0, { ttlMs: 1000 })).toEqual({ accepted: true, value: 0 });
    expect(heard).toEqual(["hello there"]);
    await state.close();
  });

  it("names what is full as its caller does", async () => {
    const state = scopedState(memoryState(), "a");
    const options = { ttlMs: 1000, indexes: ["i"], atMost: [{ index: "i", count: 1 }] };
    await state.records.create("one", 1, options);
    expect(await state.records.create("two", 2, options)).toEqual({ outcome: "full", index: "i" });
    await state.close();
  });
});
