import { describe, expect, it } from "vitest";
import { counterState } from "../../../test/support/counter-state.js";
import type { Exchange, Peer } from "../../contract/index.js";
import { RateLimitedError } from "../../protocol/errors.js";
import { nextTurn } from "../../protocol/turn.js";
import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";
import type { RateLimitOptions } from "./options.js";
import { RateLimiter } from "./rate-limiter.js";

const exchange: Exchange = { send: () => undefined };
const peer = (id?: string): Peer => ({
  id: "peer",
  transport: "test",
  ...(id !== undefined && { principal: { id } }),
});

function limiter(options: RateLimitOptions, clock = new ManualClock(), state?: State) {
  const reported: unknown[] = [];
  const made = new RateLimiter(options, {
    state,
    clock,
    now: () => clock.now(),
    report: (error) => reported.push(error),
  });
  const admit = (id?: string, method = "tools/call") => made.admit(method, peer(id), exchange);
  /** How many of so many, one after the other, are let through. */
  const letThrough = async (count: number, id?: string): Promise<number> => {
    let through = 0;
    for (let i = 0; i < count; i++) {
      const outcome = await outcomeOf(() => admit(id));
      if (outcome === undefined) through += 1;
    }
    return through;
  };
  return { admit, letThrough, reported, clock };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

async function outcomeOf(admit: () => Promise<void> | undefined): Promise<RateLimitedError | undefined> {
  try {
    await admit();
    return undefined;
  } catch (error) {
    if (error instanceof RateLimitedError) return error;
    throw error;
  }
}

describe("a node alone", () => {
  it("lets through as many as there may be in a window, and the same in the next", async () => {
    const { letThrough, clock } = limiter({ requests: 5, perMs: 1_000 });
    expect(await letThrough(8)).toBe(5);
    clock.advance(999);
    expect(await letThrough(1)).toBe(0);
    clock.advance(1);
    expect(await letThrough(8)).toBe(5);
  });

  it("decides at once", () => {
    const { admit } = limiter({ requests: 2 });
    expect([admit(), admit()]).toEqual([undefined, undefined]);
    expect(admit).toThrow(RateLimitedError);
  });

  it("says the limit, and when to come again", () => {
    const { admit, clock } = limiter({ requests: 1 });
    void admit();
    clock.advance(59_000.5);
    expect(admit).toThrow(
      expect.objectContaining({
        code: -31004,
        message: "At most 1 requests are served in 60000 ms; try again in 1000 ms",
        data: { retryAfterMs: 1_000 },
        retryAfterMs: 1_000,
      }),
    );
  });

  it("counts no pings", async () => {
    const { admit, letThrough } = limiter({ requests: 1 });
    for (let i = 0; i < 3; i++) expect(admit("a", "ping")).toBeUndefined();
    expect(await letThrough(2, "a")).toBe(1);
  });
});

describe("callers", () => {
  it("are told apart by their principal, and those without one count together", async () => {
    const { letThrough } = limiter({ requests: 2 });
    expect(await letThrough(3, "a")).toBe(2);
    expect(await letThrough(3, "b")).toBe(2);
    expect(await letThrough(3)).toBe(2);
  });

  it.each([
    ["like what is absent", ["", "undefined", "nobody"]],
    ["like a digest", ["sha256:", "sha256:x", "sha256:y"]],
    ["longer than is remembered", ["a".repeat(256), "a".repeat(257), "a".repeat(258)]],
    ["like a part of the counter's name", ["{a}b", "{a}c", '"a"/60000/0']],
    ["in no text that there is", ["\ud800", "\ud801", "\ufffd"]],
  ])("are apart whatever they are called, %s", async (_, names) => {
    const state = memoryState();
    const [here, there] = [
      limiter({ requests: 2 }, undefined, state),
      limiter({ requests: 2 }, undefined, state),
    ];
    for (const name of [...names, undefined]) {
      expect([await here.letThrough(1, name), await there.letThrough(3, name)]).toEqual([1, 1]);
    }
  });

  it("are whoever `by` says, and not limited where it says nothing", async () => {
    const by: RateLimitOptions["by"] = ({ principal, transport, method, session, headers }) => {
      expect([transport, method, session, headers]).toEqual(["test", "tools/call", undefined, undefined]);
      return principal?.id === "root" ? undefined : "everybody";
    };
    const { letThrough } = limiter({ requests: 2, by });
    expect(await letThrough(1, "a")).toBe(1);
    expect(await letThrough(2, "b")).toBe(1);
    expect(await letThrough(5, "root")).toBe(5);
  });

  it("have to have a name that is a string", () => {
    const by = (() => 7) as unknown as () => string; // as JavaScript may
    expect(() => limiter({ requests: 2, by }).admit()).toThrow("rateLimit.by must give a string");
  });
});

describe("the options", () => {
  it.each([
    [{ requests: 0 }, "rateLimit.requests"],
    [{ requests: 1.5 }, "rateLimit.requests"],
    [{ requests: 1, perMs: 0 }, "rateLimit.perMs"],
    [{ requests: 1, perMs: Infinity }, "rateLimit.perMs"],
    [{ requests: 1, maxCallers: 0 }, "rateLimit.maxCallers"],
  ])("%o are refused", (options, named) => {
    expect(() => limiter(options)).toThrow(named);
  });
});

describe("several nodes", () => {
  const nodes = (count: number, options: RateLimitOptions) => {
    const state = memoryState();
    const clock = new ManualClock();
    return Array.from({ length: count }, () => {
      const counted = counterState(state);
      return { ...limiter(options, clock, counted), state: counted };
    });
  };

  it("let through together what one may, whichever the requests come to", async () => {
    const cluster = nodes(3, { requests: 30 });
    let through = 0;
    for (let i = 0; i < 60; i++) through += (await cluster[i % 3]?.letThrough(1)) ?? 0;
    expect(through).toBe(30);
  });

  it("leave little of it on a node that a caller has moved on from", async () => {
    const [left, next] = nodes(2, { requests: 320 });
    const before = (await left?.letThrough(200)) ?? 0;
    const through = before + ((await next?.letThrough(320)) ?? 0);
    expect(before).toBe(200);
    // A lease is of 20, and half of one is there still when it is asked for.
    expect(through).toBeGreaterThanOrEqual(320 - 30);
    expect(through).toBeLessThanOrEqual(320);
  });

  it("ask more and more seldom as demand goes on, and decide at once between", async () => {
    const [node] = nodes(1, { requests: 16_000 });
    let waited = 0;
    for (let i = 0; i < 10_000; i++) {
      const admitted = node?.admit();
      if (admitted === undefined) continue;
      waited += 1;
      await admitted;
    }
    // Leases of 1, 2, 4 … 512, and then of 1,000.
    expect(node?.state.adds.length).toBeLessThanOrEqual(10 + 10_000 / 1_000);
    expect(waited).toBeLessThanOrEqual(node?.state.adds.length ?? 0);
  });

  it("never wait once they ask ahead, where the state answers in time", async () => {
    const [node] = nodes(1, { requests: 16_000 });
    let waited = 0;
    for (let i = 0; i < 5_000; i++) {
      if (i % 100 === 0) await nextTurn();
      const admitted = node?.admit();
      if (admitted === undefined) continue;
      if (i > 1_000) waited += 1;
      await admitted;
    }
    expect(waited).toBe(0);
  });

  it("begin a window with about what the last one needed", async () => {
    const [node] = nodes(1, { requests: 1_600, perMs: 1_000 });
    await node?.letThrough(600);
    node?.clock.advance(1_000);
    const before = node?.state.adds.length ?? 0;
    await node?.letThrough(600);
    expect((node?.state.adds.length ?? 0) - before).toBeLessThanOrEqual(8);
  });

  it("share one question among all that wait", async () => {
    const [node] = nodes(1, { requests: 100 });
    await Promise.all(Array.from({ length: 80 }, async () => node?.admit()));
    expect(node?.state.adds.length).toBeLessThanOrEqual(3);
  });

  it("remember that nothing is left until the window ends", async () => {
    const [node] = nodes(1, { requests: 10, perMs: 1_000 });
    expect(await node?.letThrough(12)).toBe(10);
    const asked = node?.state.adds.length;
    expect(await node?.letThrough(50)).toBe(0);
    expect(node?.state.adds.length).toBe(asked);
    node?.clock.advance(1_000);
    expect(await node?.letThrough(1)).toBe(1);
  });
});

describe("where the state is away", () => {
  const setUp = (options: RateLimitOptions) => {
    const state = counterState(memoryState());
    const clock = new ManualClock();
    return { state, ...limiter(options, clock, state) };
  };

  it("a node lets through what it may alone, without waiting, and reports that once", async () => {
    const { state, admit, letThrough, reported } = setUp({ requests: 10 });
    state.mood = "fails";
    expect(await letThrough(1)).toBe(1);
    for (let i = 0; i < 9; i++) expect(admit()).toBeUndefined();
    expect(admit).toThrow(RateLimitedError);
    expect(state.adds).toHaveLength(1);
    expect(reported.map(String)).toEqual([expect.stringContaining("limits alone")]);
  });

  it("it is not asked at all if it says so itself", () => {
    const { state, admit } = setUp({ requests: 2 });
    state.available = false;
    expect([admit(), admit()]).toEqual([undefined, undefined]);
    expect(admit).toThrow(RateLimitedError);
    expect(state.adds).toHaveLength(0);
  });

  it("requests wait for a quarter of a second, and no longer", async () => {
    const { state, admit, clock, reported } = setUp({ requests: 2 });
    state.mood = "hangs";
    const admitted = [admit(), admit(), admit()].map((one) => outcomeOf(() => one));
    await until(() => state.adds.length === 1);
    clock.advance(250);
    expect(await Promise.all(admitted)).toEqual([
      undefined,
      undefined,
      expect.any(RateLimitedError) as RateLimitedError,
    ]);
    expect(reported).toHaveLength(1);
  });

  it("nobody is left waiting who came while an answer was on its way", async () => {
    const { state, admit } = setUp({ requests: 10 });
    state.mood = "hangs";
    const first = admit();
    await until(() => state.adds.length === 1);
    const second = admit();
    state.available = false;
    state.release();
    await Promise.all([first, second]);
    expect(state.adds).toHaveLength(1);
  });

  it("it is asked once a second, and what was let through meanwhile counts when it is back", async () => {
    const { state, letThrough, clock, reported } = setUp({ requests: 20, perMs: 100_000 });
    const other = limiter({ requests: 20, perMs: 100_000 }, clock, state);
    state.mood = "fails";
    expect(await letThrough(8)).toBe(8);
    clock.advance(1_000);
    expect(await letThrough(2)).toBe(2);
    await until(() => state.adds.length === 2);
    await nextTurn();
    state.mood = "answers";
    clock.advance(1_000);
    expect(await letThrough(1)).toBe(1);
    await until(() => state.adds.length === 3);
    await nextTurn();
    expect((await other.letThrough(20)) + (await letThrough(20))).toBe(9);
    state.mood = "fails";
    clock.advance(100_000);
    expect(await letThrough(1)).toBe(1);
    expect(reported).toHaveLength(2);
  });

  it("what it grants too late is not lost", async () => {
    const { state, admit, letThrough, clock } = setUp({ requests: 10, perMs: 100_000 });
    const other = limiter({ requests: 10, perMs: 100_000 }, clock, state);
    state.mood = "hangs";
    const admitted = admit();
    await until(() => state.adds.length === 1);
    await nextTurn();
    clock.advance(250);
    await admitted;
    state.mood = "answers";
    state.release();
    await nextTurn();
    expect((await other.letThrough(10)) + (await letThrough(10))).toBe(9);
  });
});

describe("callers beyond those that are remembered", () => {
  it("begin with another lease, so that nobody gets more", async () => {
    const state = counterState(memoryState());
    const { letThrough } = limiter({ requests: 4, maxCallers: 2 }, new ManualClock(), state);
    for (const name of ["a", "b", "c", "d"]) expect(await letThrough(1, name)).toBe(1);
    expect(await letThrough(9, "a")).toBe(3);
  });

  it("begin anew on a node alone, which takes as many others", async () => {
    const { letThrough } = limiter({ requests: 1, maxCallers: 2 });
    for (const name of ["a", "b"]) expect(await letThrough(1, name)).toBe(1);
    expect(await letThrough(1, "a")).toBe(0);
    expect(await letThrough(1, "c")).toBe(1);
    expect(await letThrough(1, "b")).toBe(0);
    expect(await letThrough(1, "a")).toBe(1);
  });
});
