import { describe, expect, it } from "vitest";
import { counterState } from "../../../test/support/counter-state.js";
import { settled } from "../../../test/support/link.js";
import { random } from "../../../test/support/random.js";
import type { Peer } from "../../contract/index.js";

import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { RateLimiter } from "./rate-limiter.js";

/*
 * Requests of a few callers come to a few nodes in random order, while questions to the state and their answers are
 * on their way for random times, and windows end in between. Never is more let through than may be, and nobody is
 * refused before all is used but what other nodes hold.
 */

const RUNS = 60;
const STEPS = 1_500;
const nothing = Promise.resolve();
const PER_MS = 10_000;
const names: readonly (string | undefined)[] = ["a", "b", undefined];

/** A state that is some way off: what is asked waits, and so does what is answered. */
class FarState {
  readonly #waiting: (() => void)[] = [];
  readonly #next: () => number;

  constructor(next: () => number) {
    this.#next = next;
  }

  view(state: State): State {
    const { records } = counterState(state);
    const add: State["records"]["add"] = async (...how) => {
      await this.#way();
      const outcome = await records.add(...how);
      await this.#way();
      return outcome;
    };
    return { ...state, available: true, records: { ...records, add } };
  }

  /** Lets something that is on its way arrive. */
  move(): void {
    const [arrived] = this.#waiting.splice(Math.floor(this.#next() * this.#waiting.length), 1);
    arrived?.();
  }

  #way(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

interface Window {
  through: number;
  refused: boolean;
}

/** The most that another node may hold: a lease, and half of one when it asked for it. */
const heldAtMost = (requests: number): number => Math.floor(1.5 * Math.max(1, Math.floor(requests / 16)));

async function run(seed: number): Promise<{ readonly through: number; readonly refused: number }> {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T; // none is empty
  const [requests, count] = [pick([1, 3, 10, 60, 200, 1_000]), pick([1, 2, 3, 5])];
  const clock = new ManualClock(); // stands still: nobody ever waits too long
  const time = { ms: 0 };
  const far = new FarState(next);
  const state = memoryState();
  const reported: unknown[] = [];
  const nodes = Array.from(
    { length: count },
    () =>
      new RateLimiter(
        { requests, perMs: PER_MS },
        { state: far.view(state), clock, now: () => time.ms, report: (error) => reported.push(error) },
      ),
  );
  const windows = new Map<string, Window>();
  let refused = 0;
  const send = (): Promise<void> | undefined => {
    const id = pick(names);
    const peer: Peer = { id: "peer", transport: "test", ...(id !== undefined && { principal: { id } }) };
    const key = JSON.stringify([id, Math.floor(time.ms / PER_MS)]);
    const window = windows.get(key) ?? { through: 0, refused: false };
    windows.set(key, window);
    const passed = (): void => {
      window.through += 1;
    };
    const stopped = (): void => {
      window.refused = true;
      refused += 1;
    };
    try {
      const admitted = pick(nodes).admit("tools/call", peer, { send: () => undefined });
      if (admitted === undefined) passed();
      return admitted?.then(passed, stopped);
    } catch {
      stopped();
      return undefined;
    }
  };
  const pending: Promise<void>[] = [];
  for (let step = 0; step < STEPS; step++) {
    const roll = next();
    if (roll < 0.6) pending.push(send() ?? nothing);
    else if (roll < 0.999) far.move();
    else time.ms += PER_MS;
    if (next() < 0.05) await settled();
  }
  await arrive(far, pending);
  expect(reported).toEqual([]);
  for (const { through, refused: full } of windows.values()) {
    expect(through).toBeLessThanOrEqual(requests);
    if (full) expect(through).toBeGreaterThanOrEqual(requests - (count - 1) * heldAtMost(requests));
  }
  return { through: [...windows.values()].reduce((sum, window) => sum + window.through, 0), refused };
}

/** Lets everything arrive, until nobody waits. */
async function arrive(far: FarState, pending: readonly Promise<void>[]): Promise<void> {
  const all = { settled: false };
  void Promise.all(pending).then(() => (all.settled = true));
  while (!all.settled) {
    far.move();
    await settled();
  }
}

describe("requests over several nodes, in any order", () => {
  it("are let through as many as there may be, and not refused before", async () => {
    const seen = { through: 0, refused: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const { through, refused } = await run(seed);
      seen.through += through;
      seen.refused += refused;
    }
    expect(Math.min(seen.through, seen.refused)).toBeGreaterThan(1_000);
  });
});
