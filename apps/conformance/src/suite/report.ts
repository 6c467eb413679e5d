import { EXCLUSIONS, exclusionOf, EXCUSES, notInLeg, titleOf, type Leg } from "./scope.js";
import type { ListedScenario } from "./suite-output.js";
import type { Verdict } from "./verdict.js";

/** A leg that was run. */
export interface LegResult {
  readonly leg: Leg;
  readonly verdicts: readonly Verdict[];
}

const COLUMNS = ["passed", "failed", "warnings", "skipped"] as const;

/** One leg as a table: the scenarios that count, then those that do not, with the reason. */
export function tableOf({ leg, verdicts }: LegResult): string {
  const counted = countedIn({ leg, verdicts });
  const others = verdicts.filter(({ scenario }) => notInLeg(scenario, leg) !== undefined);
  const width = Math.max(...verdicts.map(({ scenario }) => scenario.length));
  const rows = [
    `  ${"".padEnd(width)}  ${COLUMNS.map((name) => name.padStart(8)).join(" ")}`,
    ...counted.flatMap((verdict) => [
      `${verdict.problems.length === 0 ? "✓" : "✗"} ${verdict.scenario.padEnd(width)}  ` +
        COLUMNS.map((name) => String(verdict[name]).padStart(8)).join(" "),
      ...verdict.problems.map((problem) => `    ${problem}`),
    ]),
    ...others.map(({ scenario }) => `- ${scenario.padEnd(width)}  ${String(notInLeg(scenario, leg))}`),
  ];
  return [titleOf(leg), ...rows].join("\n");
}

export function countedIn({ leg, verdicts }: LegResult): readonly Verdict[] {
  return verdicts.filter(({ scenario }) => notInLeg(scenario, leg) === undefined);
}

/** What the suite lists. */
export interface Listed {
  readonly server: readonly ListedScenario[];
  readonly client: readonly ListedScenario[];
}

/** The suite's scenarios that no leg counted and no exclusion names; for clients in each of their revisions. */
export function leftOut({ server, client }: Listed, results: readonly LegResult[]): readonly string[] {
  const counted = new Set(results.flatMap(namesCounted));
  const names = [
    ...server.map(({ name }) => name),
    ...client.flatMap(({ name, revisions }) =>
      revisions.length === 0 ? name : revisions.map((revision) => clientName(name, revision)),
    ),
  ];
  return names.filter((name) => !counted.has(name) && exclusionOf(name) === undefined);
}

function namesCounted(result: LegResult): readonly string[] {
  const { side, revision } = result.leg;
  const names = countedIn(result).map(({ scenario }) => scenario);
  return side === "server" ? names : names.map((name) => clientName(name, revision));
}

const clientName = (scenario: string, revision: string): string => `${scenario} (client, ${revision})`;

/** What is excluded from every leg, with the scenarios it is about, and what is excused in one. */
export function exclusionsOf({ server, client }: Listed): readonly string[] {
  const listed = [...server, ...client].map(({ name }) => name);
  return [
    ...EXCLUSIONS.map(({ prefix, reason }) => {
      const names = listed.filter((name) => name.startsWith(prefix));
      return `Excluded, as ${reason}: ${names.join(", ")}`;
    }),
    ...EXCUSES.map(
      ({ scenario, checks, reason }) => `Excused in ${scenario}, as ${reason}: ${checks.join(", ")}`,
    ),
  ];
}
