import fc from "fast-check";
import { expect } from "vitest";
import { program } from "./program.js";
import { Trial } from "./trial.js";
import type { Way } from "./way.js";

/** Programs that are run over each way; more where the environment says so. */
const RUNS = Number(process.env["CLUSTER_RUNS"] ?? 15);

/** Runs random programs over a way. What fails is printed with its seed. */
export async function check(way: Way): Promise<void> {
  await fc.assert(
    fc.asyncProperty(program, async (what) => {
      expect(await Trial.run(way, what)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}
