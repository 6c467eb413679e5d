import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readChecks } from "./results.js";
import type { ServerLeg } from "./scope.js";
import { startServer } from "./server-process.js";
import { runSuite } from "./suite-process.js";
import { ranScenarios } from "./suite-output.js";
import { verdictOf, type Check, type Verdict } from "./verdict.js";

/** How long one scenario may take, in ms. */
const SCENARIO_TIMEOUT_MS = 20_000;

/**
 * Runs one leg against a server of its own, with every scenario of the revision's requirement set.
 * @returns how each went, those too that do not count
 * @throws Error when one of an extension was not among them
 */
export async function runServerLeg(leg: ServerLeg): Promise<readonly Verdict[]> {
  const server = await startServer(leg);
  const results = await mkdtemp(join(tmpdir(), "towpath-conformance-"));
  try {
    const { output } = await runSuite([
      "server",
      ...["--requirements", leg.revision],
      ...["--url", server.url],
      ...["--output-dir", results],
      ...["--timeout", String(SCENARIO_TIMEOUT_MS)],
    ]);
    const scenarios = ranScenarios(output);
    const missing = leg.extensions.filter((name) => !scenarios.includes(name));
    if (missing.length > 0)
      throw new Error(`The suite did not run ${missing.join(", ")}, which its requirements used to list`);
    const folders = await readdir(results);
    return await Promise.all(
      scenarios.map(async (name) => verdictOf(name, await checksOf(name, results, folders))),
    );
  } finally {
    await Promise.all([server.stop(), rm(results, { recursive: true, force: true })]);
  }
}

async function checksOf(
  scenario: string,
  results: string,
  folders: readonly string[],
): Promise<readonly Check[] | undefined> {
  // The time of the run follows the name, which tells names apart that begin alike.
  const folder = folders.find(
    (one) => one.replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, "") === `server-${scenario}`,
  );
  return folder === undefined ? undefined : readChecks(join(results, folder));
}
