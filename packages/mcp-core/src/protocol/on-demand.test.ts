import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { OnDemand } from "./on-demand.js";

const unexpected = (error: unknown): void => {
  throw error;
};

describe("a part that is loaded on demand", () => {
  it("is loaded once, and not before it is needed", async () => {
    let loads = 0;
    const part = new OnDemand(() => Promise.resolve({ n: (loads += 1) }));
    expect([part.loaded, loads]).toEqual([undefined, 0]);
    const [first, second] = await Promise.all([part.load(), part.load()]);
    part.use((used) => expect(used).toBe(first), unexpected);
    expect([second, await part.load(), part.loaded]).toEqual([first, first, first]);
    expect(loads).toBe(1);
  });

  it("is used at once when it is there, and in order before", async () => {
    const { promise, open } = gate<string[]>();
    const part = new OnDemand(() => promise);
    const note = (what: string): void => {
      part.use((seen) => seen.push(what), unexpected);
    };
    note("a");
    note("b");
    const seen: string[] = [];
    open(seen);
    // Whatever comes in any turn of what is due until it is there, comes after what waits already.
    for (const late of ["c", "d", "e", "f"]) {
      await Promise.resolve();
      note(late);
    }
    await part.load();
    note("g");
    expect(seen).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });

  it("takes what its uses give it to do after what waits", async () => {
    const seen: string[] = [];
    const part = new OnDemand(() => Promise.resolve(seen));
    part.use(() => {
      part.use(() => seen.push("c"), unexpected);
      seen.push("a");
    }, unexpected);
    part.use(() => seen.push("b"), unexpected);
    await part.load();
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("tells everyone why it could not be loaded, and is tried again", async () => {
    let attempts = 0;
    const part = new OnDemand(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error("offline")) : Promise.resolve("part");
    });
    const failures: string[] = [];
    const used: string[] = [];
    const use = (): void => {
      part.use(
        (what) => used.push(what),
        (error) => failures.push((error as Error).message),
      );
    };
    const unhandled = await unhandledDuring(async () => {
      use();
      use();
      await expect(part.load()).rejects.toThrow("offline");
    });
    expect([used, failures, unhandled]).toEqual([[], ["offline", "offline"], []]);
    use();
    await settled();
    expect([used, failures, attempts]).toEqual([["part"], ["offline", "offline"], 2]);
  });
});
