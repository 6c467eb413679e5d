import { StateClosedError, StateUnavailableError } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import { insist, type Insistence } from "./insist.js";

const AWAY = new StateUnavailableError("away");

/** Insists on something that fails so often, or for ever, while a minute passes; gives how often it was tried. */
async function tried(failures: number, how: Partial<Insistence> = {}, error: Error = AWAY) {
  const clock = new ManualClock();
  let tries = 0;
  const work = (): Promise<string> =>
    (tries += 1) <= failures ? Promise.reject(error) : Promise.resolve("done");
  const outcome = insist(work, { ...how, clock }).catch((reason: unknown) => reason);
  for (let second = 0; second < 60; second++) {
    clock.advance(1_000);
    await nextTurn();
  }
  return { tries, outcome };
}

describe("insisting", () => {
  it("tries again until it is done, and says each time that it will", async () => {
    let away = 0;
    const { tries, outcome } = await tried(4, { onAway: () => (away += 1) });
    expect([await outcome, tries, away]).toEqual(["done", 5, 4]);
  });

  it("has its time", async () => {
    const { tries, outcome } = await tried(Infinity, { forMs: 10_000 });
    expect(await outcome).toBe(AWAY);
    expect(tries).toBeLessThan(10);
  });

  it("ends with whatever does not pass", async () => {
    const closed = new StateClosedError();
    const { tries, outcome } = await tried(Infinity, {}, closed);
    expect([await outcome, tries]).toEqual([closed, 1]);
  });

  it("ends with its signal, also in a pause", async () => {
    const leaving = new AbortController();
    const { tries, outcome } = await tried(Infinity, {
      signal: leaving.signal,
      onAway: () => queueMicrotask(() => leaving.abort()),
    });
    expect([await outcome, tries]).toEqual([leaving.signal.reason, 1]);
  });
});
