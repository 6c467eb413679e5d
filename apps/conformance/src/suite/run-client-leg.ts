import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clientProblems } from "./client-problems.js";
import { readChecks, readText } from "./results.js";
import { notInLeg, type ClientLeg } from "./scope.js";
import type { ListedScenario } from "./suite-output.js";
import { runSuite } from "./suite-process.js";
import { verdictOf, type Verdict } from "./verdict.js";

/** Built beside the program that runs this. */
const CLIENT = fileURLToPath(new URL("client.js", import.meta.url));

/** The suite hands it to a shell, with the URL behind it. */
const commandOf = ({ anyRevision, fetch }: ClientLeg): string =>
  `"${process.execPath}" "${CLIENT}"${anyRevision ? " --any-revision" : ""}${fetch ? " --fetch" : ""}`;

/** How long one scenario may take, in ms: longer than the client waits for an answer. */
const SCENARIO_TIMEOUT_MS = 20_000;

/**
 * Runs one leg: every scenario that is listed for the leg's revision and counts, each with a client of its own.
 * @throws Error when there are fewer than there were
 */
export async function runClientLeg(
  leg: ClientLeg,
  listed: readonly ListedScenario[],
): Promise<readonly Verdict[]> {
  const scenarios = listed.filter(
    ({ name, revisions }) => revisions.includes(leg.revision) && notInLeg(name, leg) === undefined,
  );
  if (scenarios.length < leg.atLeast) {
    throw new Error(
      `The suite lists ${String(scenarios.length)} scenarios for clients of ${leg.revision}, and not ${String(leg.atLeast)} or more`,
    );
  }
  const verdicts: Verdict[] = [];
  for (const { name } of scenarios) verdicts.push(await runScenario(name, leg));
  return verdicts;
}

async function runScenario(scenario: string, leg: ClientLeg): Promise<Verdict> {
  const results = await mkdtemp(join(tmpdir(), "towpath-conformance-"));
  try {
    const { passed } = await runSuite([
      "client",
      ...["--command", commandOf(leg)],
      ...["--scenario", scenario],
      ...["--spec-version", leg.revision],
      ...["--output-dir", results],
      ...["--timeout", String(SCENARIO_TIMEOUT_MS)],
    ]);
    const [folder = ""] = await readdir(results);
    const read = (name: string) => readText(join(results, folder), name);
    const [checks, stdout = "", stderr = ""] = await Promise.all([
      readChecks(join(results, folder)),
      read("stdout.txt"),
      read("stderr.txt"),
    ]);
    return verdictOf(scenario, checks, clientProblems({ passed, stdout, stderr }));
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}
