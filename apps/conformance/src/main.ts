/** Runs the public conformance suite against the conformance server and client, prints how each leg went, and exits 1 on any failure. */
import { countedIn, exclusionsOf, leftOut, tableOf, type LegResult, type Listed } from "./suite/report.js";
import { runClientLeg } from "./suite/run-client-leg.js";
import { runServerLeg } from "./suite/run-server-leg.js";
import { LEGS, type Leg } from "./suite/scope.js";
import { listedScenarios, type ListedScenario } from "./suite/suite-output.js";
import { runSuite } from "./suite/suite-process.js";

const listed: Listed = { server: await listFor("--server"), client: await listFor("--client") };
const results = (await Promise.all(LEGS.map(runInTurn))).flat();

for (const result of results) console.log(`\n${tableOf(result)}`);
console.log(`\n${exclusionsOf(listed).join("\n")}`);

const missing = leftOut(listed, results);
for (const name of missing) console.log(`✗ ${name} is in the suite, and neither run nor excluded`);

const counted = results.flatMap(countedIn);
const failed = counted.filter(({ problems }) => problems.length > 0).length + missing.length;
// As scripts/test-counts.js adds them up.
console.log(
  `\ntest count: ${String(counted.length + missing.length - failed)} passed, ${String(failed)} failed`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function listFor(side: "--server" | "--client"): Promise<readonly ListedScenario[]> {
  return listedScenarios((await runSuite(["list", side])).output);
}

/** One after the other: scenarios give a server half a second for some answers, also on a busy machine. */
async function runInTurn(legs: readonly Leg[]): Promise<LegResult[]> {
  const results: LegResult[] = [];
  for (const leg of legs) {
    const verdicts = await (leg.side === "server" ? runServerLeg(leg) : runClientLeg(leg, listed.client));
    results.push({ leg, verdicts });
  }
  return results;
}
