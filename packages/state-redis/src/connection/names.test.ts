import { describe, expect, it } from "vitest";
import { Names } from "./names.js";

const names = new Names("towpath", 0);

/** By the rule of Redis Cluster. */
const hashed = (key: string): string => /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;

describe("Names", () => {
  it("puts everything of one tag into one slot, whatever its kind", () => {
    const keys = [
      names.key("record", "session:{abc}"),
      names.key("log", "{abc}/1"),
      names.key("log", "a{abc}{d}"),
    ];
    expect(keys.map(hashed)).toEqual(["abc", "abc", "abc"]);
  });

  it.each(["plain", "", "{}", "}x", "a{}b{c}", "{", "a}b"])(
    "puts what has the name %j without a tag into one slot, whatever its kind",
    (name) => {
      const [record, log] = [names.key("record", name), names.key("log", name)];
      expect(record).not.toBe(log);
      expect(hashed(record)).toBe(hashed(log));
    },
  );

  it("never gives two names one key", () => {
    const odd = ["x", "{.x}", "{x}", "x}", "{x", "", "{}", "{.}", "p}{p", "{p}p}{p", ".x", "/x", ":{.x}"];
    expect(new Set(odd.map((name) => names.key("record", name))).size).toBe(odd.length);
  });

  it("has channels of their own for each database, as Redis has not", () => {
    const other = new Names("towpath", 3);
    expect(other.channel("bus", "a")).not.toBe(names.channel("bus", "a"));
    expect(other.key("bus", "a")).toBe(names.key("bus", "a"));
  });

  it.each(["", "a b", "a{b}", "a/b", "x".repeat(101)])("refuses the prefix %j", (prefix) => {
    expect(() => new Names(prefix, 0)).toThrow(TypeError);
  });
});
