import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import type { LogPosition, Logs } from "../contract.js";
import { memoryState } from "./memory-state.js";

const HOUR_MS = 3_600_000;

async function entriesOf(logs: Logs, from: LogPosition): Promise<string[] | "lost"> {
  const data: string[] = [];
  try {
    for await (const entry of await logs.read("log", { from, follow: false })) data.push(entry.data);
    return data;
  } catch (error) {
    expect(error).toMatchObject({ code: "cursor-lost" });
    return "lost";
  }
}

interface Line {
  readonly data: string;
  readonly at: number;
  readonly cursor: string;
}

/** How many of the newest lines the bounds let stand. */
function keep(
  lines: readonly Line[],
  bounds: { maxEntries: number; maxBytes: number; maxAgeMs: number },
  now: number,
) {
  let [count, bytes] = [0, 0];
  for (const { data, at } of lines.toReversed()) {
    bytes += data.length;
    if (count === bounds.maxEntries || bytes > bounds.maxBytes || at + bounds.maxAgeMs <= now) break;
    count++;
  }
  return count;
}

const boundsOf = fc.record({
  maxEntries: fc.integer({ min: 1, max: 8 }),
  maxBytes: fc.integer({ min: 5, max: 30 }),
  maxAgeMs: fc.oneof(fc.integer({ min: 10, max: 100 }), fc.constant(Infinity)),
});

const appends = fc.array(
  fc.record({ data: fc.string({ maxLength: 5, unit: "grapheme-ascii" }), wait: fc.nat(20) }),
  {
    maxLength: 25,
  },
);

describe("logs in memory", () => {
  it("from every cursor give exactly what follows it, or say that it is lost", async () => {
    await fc.assert(
      fc.asyncProperty(boundsOf, appends, async (bounds, steps) => {
        const clock = new ManualClock();
        const { logs } = memoryState({ clock });
        const start = (await logs.create("log", { ...bounds, ttlMs: HOUR_MS })) ?? "";
        const lines: Line[] = [];
        // Once trimmed, an entry stays so, whatever leaves later.
        let floor = 0;
        for (const { data, wait } of steps) {
          clock.advance(wait);
          lines.push({ data, at: clock.now(), cursor: await logs.append("log", data) });
          floor = Math.max(floor, lines.length - keep(lines, bounds, clock.now()));
        }
        const all = lines.map(({ data }) => data);
        for (const [i, after] of [start, ...lines.map(({ cursor }) => cursor)].entries()) {
          expect(await entriesOf(logs, { after })).toEqual(i < floor ? "lost" : all.slice(i));
        }
        expect(await entriesOf(logs, "oldest")).toEqual(all.slice(floor));
        expect(await entriesOf(logs, "start")).toEqual(floor > 0 ? "lost" : all);
        expect(await logs.info("log")).toMatchObject({
          entries: all.length - floor,
          bytes: all.slice(floor).join("").length,
        });
      }),
    );
  });

  it("tell a reader that the bounds overtook it", async () => {
    const { logs } = memoryState();
    await logs.create("log", { maxEntries: 2 });
    await logs.append("log", "a");
    const reader = await logs.read("log");
    for (const data of ["b", "c", "d"]) await logs.append("log", data);
    await expect(reader.next()).rejects.toMatchObject({ code: "cursor-lost" });
  });

  it("give an older reader nothing more once a newer one took the log", async () => {
    const { logs } = memoryState();
    await logs.create("log");
    await logs.append("log", "a");
    await logs.append("log", "b");
    const older = await logs.read("log", { exclusive: true });
    await older.next();
    await logs.read("log", { exclusive: true });
    await expect(older.next()).rejects.toMatchObject({ code: "fenced" });
  });

  it("live on with every append", async () => {
    const clock = new ManualClock();
    const { logs } = memoryState({ clock });
    await logs.create("log", { ttlMs: 100 });
    for (let i = 0; i < 5; i++) {
      clock.advance(99);
      await logs.append("log", String(i));
    }
    clock.advance(99);
    expect(await logs.info("log")).toMatchObject({ entries: 5 });
    clock.advance(1);
    expect(await logs.info("log")).toBeUndefined();
  });

  it("end their followers when they expire, though nobody calls", async () => {
    const clock = new ManualClock();
    const { logs } = memoryState({ clock });
    await logs.create("log", { ttlMs: 100 });
    const next = (await logs.read("log")).next();
    clock.advance(1000);
    await expect(next).rejects.toMatchObject({ code: "unknown-log" });
  });

  it("take the state's defaults where create says nothing", async () => {
    const { logs } = memoryState({ log: { maxEntries: 2 } });
    await logs.create("log");
    for (const data of ["a", "b", "c"]) await logs.append("log", data);
    expect(await entriesOf(logs, "oldest")).toEqual(["b", "c"]);
  });

  it.each<[string, (logs: Logs, abort: AbortController) => unknown]>([
    ["aborted", (_, abort) => abort.abort()],
    ["fenced", (logs) => logs.read("log", { exclusive: true }).then((reader) => reader.return())],
    ["cut off from a deleted log", (logs) => logs.delete("log").then(() => logs.create("log"))],
  ])("free the place of a reader that is %s, though nobody asks it for the rest", async (_, end) => {
    const { logs } = memoryState({ maxReaders: 2 });
    const abort = new AbortController();
    await logs.create("log");
    await logs.read("log", { exclusive: true, signal: abort.signal });
    await end(logs, abort);
    await logs.read("log");
    await logs.read("log");
    await expect(logs.read("log")).rejects.toMatchObject({ code: "limit-exceeded", limit: "maxReaders" });
  });
});
