import { memoryState, type Records } from "@towpath/mcp-core/state";
import { startRedisCluster } from "@towpath/test-support/redis-cluster.js";
import { noRedisServer, skipped, startRedis } from "@towpath/test-support/redis-server.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedisLocation } from "../src/index.js";
import { LONG, open } from "./support/open.js";

const id = fc.constantFrom("a", "b", "{t}c", "");
const index = fc.constantFrom("x", "{t}y", "z");
const indexes = fc.uniqueArray(index);
const atMost = fc.array(fc.record({ index, count: fc.integer({ min: 0, max: 3 }) }), { maxLength: 2 });
const value = fc.integer();
const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined });

/** What is done; `known` says whether with the version that is there, or with another. */
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), id, value, indexes }),
  fc.record({ do: fc.constant("create" as const), id, value, indexes, atMost }),
  fc.record({ do: fc.constant("replace" as const), id, value, indexes: maybe(indexes), known: fc.boolean() }),
  fc.record({ do: fc.constant("delete" as const), id, known: maybe(fc.boolean()) }),
  fc.record({ do: fc.constant("get" as const), id }),
  fc.record({ do: fc.constant("list" as const), index, limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant("add" as const), id, by: fc.integer({ min: -3, max: 3 }), max: fc.nat(4) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does it below `scope`, and gives what can be compared: versions differ. */
async function perform(records: Records, scope: string, each: Step): Promise<unknown> {
  const own = (name: string): string => scope + name;
  const current = async (known: boolean | undefined) => {
    if (!("id" in each) || known === undefined) return undefined;
    return known ? ((await records.get(own(each.id)))?.version ?? "none") : "another";
  };
  switch (each.do) {
    case "set":
      return typeof (await records.set(own(each.id), each.value, {
        ...LONG,
        indexes: each.indexes.map(own),
      }));
    case "create": {
      const caps = each.atMost.map((cap) => ({ index: own(cap.index), count: cap.count }));
      const options = { ...LONG, indexes: each.indexes.map(own), atMost: caps };
      const outcome = await records.create(own(each.id), each.value, options);
      return { ...outcome, version: "version" in outcome };
    }
    case "replace": {
      const ifVersion = (await current(each.known)) ?? "";
      const options = { ifVersion, indexes: each.indexes?.map(own) };
      return typeof (await records.replace(own(each.id), each.value, options));
    }
    case "delete":
      return records.delete(own(each.id), { ifVersion: await current(each.known) });
    case "get":
      return (await records.get(own(each.id), LONG))?.value;
    case "list": {
      const seen: string[][] = [];
      let after: string | undefined;
      do {
        const page = await records.list(own(each.index), { after, limit: each.limit });
        seen.push([...page.ids]);
        after = page.next;
      } while (after !== undefined);
      return { seen, count: await records.count(own(each.index)) };
    }
    case "add":
      return records.add(own(each.id), each.by, { ...LONG, max: each.max });
  }
}

describe.skipIf(skipped(noRedisServer))(
  "records, whatever is done with them, are as they are in memory",
  () => {
    let single: Awaited<ReturnType<typeof startRedis>>;
    let cluster: Awaited<ReturnType<typeof startRedisCluster>>;

    beforeAll(async () => {
      [single, cluster] = await Promise.all([startRedis(), startRedisCluster()]);
    }, 120_000);
    afterAll(() => Promise.all([single.stop(), cluster.stop()]));

    const sameAsMemory = async (location: RedisLocation): Promise<void> => {
      const { state } = open(location);
      const memory = memoryState();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const scope = `${String(++run)}/`;
          for (const each of steps)
            expect(await perform(state.records, scope, each)).toEqual(
              await perform(memory.records, scope, each),
            );
        }),
        { numRuns: 100 },
      );
      await memory.close();
    };

    it("on one Redis", () => sameAsMemory(single.url));
    it("in Cluster", () => sameAsMemory({ cluster: { rootNodes: cluster.urls.map((url) => ({ url })) } }));
  },
);
