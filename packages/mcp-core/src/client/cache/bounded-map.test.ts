import { describe, expect, it } from "vitest";
import { BoundedMap } from "./bounded-map.js";

describe("a bounded map", () => {
  it("lets go of what was used least lately when there are too many entries", () => {
    const map = new BoundedMap<number>(2, Infinity);
    map.set("a", 1, 1);
    map.set("b", 2, 1);
    map.get("a");
    map.set("c", 3, 1);
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
  });

  it("lets go of as much as a new entry needs", () => {
    const map = new BoundedMap<number>(Infinity, 10);
    for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index, 3);
    map.set("d", 3, 7);
    expect([map.get("a"), map.get("b"), map.get("c"), map.get("d")]).toEqual([undefined, undefined, 2, 3]);
    expect(map.size).toBe(10);
  });

  it("keeps nothing larger than all it may hold, and lets go of nothing else for it", () => {
    const map = new BoundedMap<number>(Infinity, 10);
    map.set("a", 1, 10);
    map.set("b", 2, 11);
    expect([map.get("a"), map.get("b")]).toEqual([1, undefined]);
  });

  it("counts an entry once that is set again, and none that is deleted", () => {
    const map = new BoundedMap<number>(Infinity, 10);
    map.set("a", 1, 6);
    map.set("a", 2, 7);
    expect([map.get("a"), map.size, map.count]).toEqual([2, 7, 1]);
    map.delete("a");
    map.delete("a");
    expect([map.size, map.count]).toEqual([0, 0]);
    map.set("b", 1, 4);
    map.set("c", 2, 5);
    map.deleteWhere((value) => value === 1);
    expect([map.size, map.count]).toEqual([5, 1]);
    map.clear();
    expect([map.size, map.count]).toEqual([0, 0]);
  });

  it.each([-1, NaN])("refuses %d as a bound", (bound) => {
    expect(() => new BoundedMap(bound, 1)).toThrow(RangeError);
    expect(() => new BoundedMap(1, bound)).toThrow(/maxBytes must be a number of at least 0/);
  });
});
