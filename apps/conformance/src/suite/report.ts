import { EXCLUSIONS, exclusionOf, notInLeg, titleOf, type Leg } from "./scope.js";
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

/** The suite's scenarios that no leg counted and no exclusion names. */
export function leftOut(listed: readonly string[], results: readonly LegResult[]): readonly string[] {
  const counted = new Set(results.flatMap(countedIn).map(({ scenario }) => scenario));
  return listed.filter((name) => !counted.has(name) && exclusionOf(name) === undefined);
}

/** What is excluded from every leg, with the scenarios it is about. */
export function exclusionsOf(listed: readonly string[]): readonly string[] {
  return EXCLUSIONS.map(({ prefix, reason }) => {
    const names = listed.filter((name) => name.startsWith(prefix));
    return `Excluded, as ${reason}: ${names.join(", ")}`;
  });
}
