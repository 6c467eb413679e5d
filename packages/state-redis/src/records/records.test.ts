import { StateUnavailableError } from "@towpath/mcp-core/state";
import { describe, expect, it } from "vitest";
import type { Redis, Script } from "../connection/redis.js";
import { Names } from "../connection/names.js";
import { RedisRecords } from "./records.js";

const LONG = { ttlMs: 60_000 };

/** A Redis that answers each script as `replies` says, or what that gives for its arguments, and otherwise never. */
function scripted(clustered: boolean, replies: Readonly<Record<string, unknown>>) {
  const names = new Names("test", 0);
  const waves: string[][] = [];
  const redis: Redis = {
    available: true,
    clustered,
    run: async ({ name }: Script, _keys, args) => {
      // What is sent before anything was answered is one round trip.
      if (waves.length === 0 || answered) waves.push([]);
      answered = false;
      waves.at(-1)?.push(name);
      if (!(name in replies)) return new Promise<never>(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      answered = true;
      const reply = replies[name];
      if (typeof reply !== "function") return reply;
      // What it is called with is all that a test's function knows.
      return (reply as (...args: readonly unknown[]) => unknown)(...args);
    },
    publish: () => Promise.resolve(undefined),
    subscribe: () => Promise.resolve(() => Promise.resolve()),
    onBack: () => () => undefined,
    key: (kind, name) => names.key(kind, name),
    channel: (kind, name) => names.channel(kind, name),
    close: () => Promise.resolve(),
  };
  let answered = false;
  return { records: new RedisRecords(redis, { maxRecordBytes: 1000 }), waves };
}

const atMost = [{ index: "a", count: 1 }];

describe("records on one Redis", () => {
  const replies = { "get a record": ["1", "v"], "create a record": [1], "delete a record": ["/a"] };

  it("take one round trip for each call, whatever it concerns", async () => {
    const { records, waves } = scripted(false, replies);
    await records.get("id", LONG);
    await records.create("id", 1, { ...LONG, indexes: ["a", "b"], atMost });
    await records.delete("id");
    expect(waves).toEqual([["get a record"], ["create a record"], ["delete a record"]]);
  });

  it("refuse what is larger than a record may be", async () => {
    const { records } = scripted(false, {});
    await expect(records.set("id", "x".repeat(1000), LONG)).rejects.toMatchObject({
      code: "limit-exceeded",
      limit: "maxRecordBytes",
    });
  });
});

describe("records, wherever they are,", () => {
  const invalid = { code: "invalid-argument" };

  it("refuse ids and names that are not well formed, which would be one and the same to Redis", async () => {
    const { records, waves } = scripted(false, {});
    const half = "a\ud800";
    const refused = [
      records.get(half),
      records.set(half, 1, LONG),
      records.set("id", 1, { ...LONG, indexes: [half] }),
      records.count(half),
      records.add(half, 1, LONG),
    ];
    for (const each of refused) await expect(each).rejects.toMatchObject(invalid);
    expect(waves).toEqual([]);
  });

  it("refuse more indexes than one script takes", async () => {
    const { records } = scripted(false, { "set a record": [], "create a record": [1] });
    const indexes = Array.from({ length: 129 }, (_, i) => String(i));
    const atMost = indexes.map((index) => ({ index, count: 1 }));
    await expect(records.set("id", 1, { ...LONG, indexes })).rejects.toMatchObject(invalid);
    await expect(records.create("id", 1, { ...LONG, atMost })).rejects.toThrow("128 caps in atMost, not 129");
    await records.set("id", 1, { ...LONG, indexes: [...indexes.slice(1), "1"] });
    await records.create("id", 1, { ...LONG, indexes: indexes.slice(1), atMost: atMost.slice(1) });
  });
});

describe("records in Cluster", () => {
  it("are read and kept alive in one round trip, with nobody waiting for their indexes", async () => {
    const { records, waves } = scripted(true, {
      "get a record": ["1", "v", ["/a", "/b"]],
      "touch a record": ["/a"],
    });
    expect(await records.get("id", LONG)).toEqual({ value: 1, version: "v" });
    expect(await records.touch("id", 1)).toBe(true);
    const following = "stay in an index";
    expect(waves).toEqual([["get a record"], [following, following, "touch a record"], [following]]);
  });

  it("leave the indexes that they had entered when another one cannot be", async () => {
    const away = new StateUnavailableError("away");
    const left: unknown[] = [];
    const { records } = scripted(true, {
      "enter an index": (...args: unknown[]) => {
        if (args[4] === ":{.b}") throw away;
        return args[4] === ":{.there}" ? 0 : 1;
      },
      "leave an index": (...args: unknown[]) => left.push(args[4]),
    });
    const created = records.create("id", 1, { ...LONG, indexes: ["a", "b", "c", "there"] });
    await expect(created).rejects.toBe(away);
    await expect.poll(() => left).toEqual([":{.a}", ":{.c}"]);
  });

  it("are created in two round trips, however many indexes and caps there are", async () => {
    const { records, waves } = scripted(true, {
      "enter an index": 1,
      "count an index": 0,
      "create a record": [1],
    });
    const caps = [...atMost, { index: "c", count: 3 }];
    const { outcome } = await records.create("id", 1, { ...LONG, indexes: ["a", "b"], atMost: caps });
    expect(outcome).toBe("created");
    expect(waves).toEqual([["enter an index", "enter an index", "count an index"], ["create a record"]]);
  });
});
