import { randomUUID } from "node:crypto";
import { memoryState, type LogReader, type Logs } from "@towpath/mcp-core";
import { anyRedis, noRedis, skipped } from "@towpath/test-support/redis-server.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, type TestNode } from "../../test/nodes.js";

const HOUR = { ttlMs: 3_600_000 };

type Op =
  | { readonly do: "create" | "close" | "delete" | "info" | "touch" }
  | {
      readonly do: "append";
      readonly data: string;
      readonly key: string | undefined;
      readonly close: boolean;
    }
  | { readonly do: "read"; readonly from: "start" | "oldest" | "end" | number }
  | { readonly do: "follow"; readonly exclusive: boolean };

const data = fc.oneof(
  { weight: 9, arbitrary: fc.string({ maxLength: 6, unit: "grapheme" }) },
  { weight: 1, arbitrary: fc.nat(3).map((n) => "x".repeat(8000 * (n + 1))) },
);

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      data,
      key: fc.option(fc.constantFrom("k", "l", "__proto__"), { nil: undefined }),
      close: fc.nat(9).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      from: fc.oneof(fc.constantFrom("start", "oldest", "end"), fc.nat(20)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("follow" as const), exclusive: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("create", "close", "delete", "info", "touch") }),
  },
);

const bounds = fc.record({
  maxEntries: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constant(50_000)),
});

/** Runs operations on a log, with cursors said as numbers in the order in which they first appeared. */
class Player {
  #cursors: string[] = [];
  readonly #name = randomUUID();
  readonly #bounds: object;
  /** What each follower was given, and how it ended. */
  readonly followers: string[][] = [];
  readonly #readers: LogReader[] = [];

  constructor(bounds: object) {
    this.#bounds = bounds;
  }

  async play(logs: Logs, step: Op): Promise<unknown> {
    try {
      return await this.#play(logs, step);
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  }

  async end(logs: Logs): Promise<void> {
    await logs.delete(this.#name);
    for (const reader of this.#readers) await reader.return();
  }

  async #play(logs: Logs, step: Op): Promise<unknown> {
    const name = this.#name;
    switch (step.do) {
      case "create": {
        const cursor = await logs.create(name, { ...HOUR, ...this.#bounds });
        if (cursor === undefined) return undefined;
        this.#cursors = [cursor];
        return 0;
      }
      case "append":
        return this.#number(await logs.append(name, step.data, step));
      case "read":
        return this.#read(logs, step.from);
      case "follow":
        this.#follow(await logs.read(name, { from: "oldest", exclusive: step.exclusive }));
        return undefined;
      case "info": {
        const info = await logs.info(name);
        return info && { ...info, last: this.#number(info.last) };
      }
      case "touch":
        return logs.touch(name, 1_000_000);
      case "close":
      case "delete":
        return logs[step.do](name);
    }
  }

  async #read(logs: Logs, place: "start" | "oldest" | "end" | number): Promise<unknown> {
    const from = typeof place === "number" ? { after: this.#cursors[place] ?? "none" } : place;
    const read: unknown[] = [];
    for await (const { cursor, data } of await logs.read(this.#name, { from, follow: false })) {
      read.push([this.#number(cursor), data]);
    }
    return read;
  }

  #follow(reader: LogReader): void {
    this.#readers.push(reader);
    const given: string[] = [];
    this.followers.push(given);
    void (async () => {
      try {
        for await (const { cursor, data } of reader) given.push(`${String(this.#number(cursor))}: ${data}`);
        given.push("done");
      } catch (error) {
        given.push(String((error as { code?: unknown }).code));
      }
    })();
  }

  #number(cursor: string): number {
    if (!this.#cursors.includes(cursor)) this.#cursors.push(cursor);
    return this.#cursors.indexOf(cursor);
  }
}

describe.skipIf(skipped(noRedis))("logs on Redis", () => {
  let server: Awaited<ReturnType<typeof anyRedis>>;
  let nodes: readonly [TestNode, TestNode];

  beforeAll(async () => {
    server = await anyRedis();
    nodes = [openNode(server.url), openNode(server.url)];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await server.stop();
  });

  it("do what logs in memory do, whichever node is asked", async () => {
    const steps = fc.array(fc.tuple(fc.nat(1), op), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(bounds, steps, async (limits, play) => {
        const memory = memoryState();
        const [expected, actual] = [new Player(limits), new Player(limits)];
        for (const [i, step] of [[0, { do: "create" }] as const, ...play]) {
          const { logs } = nodes[i === 0 ? 0 : 1];
          const outcome = await expected.play(memory.logs, step);
          expect(await actual.play(logs, step)).toEqual(outcome);
          // Else a follower could be overtaken by what comes next.
          await expect.poll(() => actual.followers, { interval: 2 }).toEqual(expected.followers);
        }
        await actual.end(nodes[0].logs);
        await memory.close();
      }),
      { numRuns: 200 },
    );
  });
});
