import fc from "fast-check";
import { expect } from "vitest";
import { program, type Program } from "./program.js";
import { Trial } from "./trial.js";
import type { Way } from "./way.js";

/** Programs that are run over each way; more where the environment says so. */
const RUNS = Number(process.env["CLUSTER_RUNS"] ?? 10);

const LIMIT_MS = RUNS * 1_000;

/** Run first, as what is loaded when it is first needed would be late in one run alone. */
const CALM: Program = {
  seed: 0,
  clients: 1,
  happenings: [
    { kind: "ask", client: 0 },
    { kind: "work", client: 0, steps: 1 },
    { kind: "pass", ms: 1_000 },
    { kind: "cut" },
  ],
};

/** What is told while the state is away is not told again to a client that is cut off after that. */
const CUT_AFTER_AN_OUTAGE: Program = {
  seed: 0,
  clients: 1,
  happenings: [{ kind: "work", client: 0, steps: 2 }, { kind: "outage", ms: 523 }, { kind: "cut" }],
};

/** Runs random programs over a way, which is made anew for each. What fails is printed with its seed. */
export async function check(wayOf: () => Way): Promise<void> {
  for (const known of [CALM, CUT_AFTER_AN_OUTAGE]) expect(await Trial.run(wayOf(), known)).toEqual([]);
  await fc.assert(
    fc.asyncProperty(program, async (what) => {
      expect(await Trial.run(wayOf(), what)).toEqual([]);
    }),
    // On a slow machine fewer, so that what fails is still told.
    { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS },
  );
}
