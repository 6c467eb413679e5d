import { INDISPENSABLE, isExcused } from "./scope.js";

/** One check of a scenario, as the suite reports it. */
export interface Check {
  readonly id: string;
  readonly name?: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly errorMessage?: string;
}

/** How a scenario went. */
export interface Verdict {
  readonly scenario: string;
  readonly passed: number;
  readonly failed: number;
  readonly warnings: number;
  readonly skipped: number;
  /** Each a line; none for a scenario that passed. */
  readonly problems: readonly string[];
}

/**
 * Judges the checks of a scenario. Warnings count as failures, and so does what was not tested: a check that was
 * skipped without excuse, one that did not come about, a scenario without any that was not.
 * @param checks `undefined` when the suite left none
 * @param further problems, besides those of the checks
 */
export function verdictOf(
  scenario: string,
  checks: readonly Check[] | undefined,
  further: readonly string[] = [],
): Verdict {
  const found = checks ?? [];
  const count = (status: Check["status"]): number => found.filter((check) => check.status === status).length;
  return {
    scenario,
    passed: count("SUCCESS"),
    failed: count("FAILURE"),
    warnings: count("WARNING"),
    skipped: count("SKIPPED"),
    problems: [
      ...found.filter((check) => isProblem(scenario, check)).map(problemOf),
      ...missingChecks(scenario, found),
      ...further,
    ],
  };
}

function isProblem(scenario: string, { name, status }: Check): boolean {
  if (status === "SKIPPED") return !isExcused(scenario, name);
  return status === "FAILURE" || status === "WARNING";
}

function problemOf({ id, name, status, errorMessage }: Check): string {
  const title = name === undefined ? id : `${id} (${name})`;
  return `${status} ${title}${errorMessage === undefined ? "" : `: ${errorMessage}`}`;
}

function missingChecks(scenario: string, checks: readonly Check[]): string[] {
  const succeeded = checks.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
  if (succeeded.length === 0 && !isAllExcused(scenario, checks)) return ["Nothing was tested"];
  const wanted = INDISPENSABLE.get(scenario) ?? [];
  return wanted.filter((id) => !succeeded.includes(id)).map((id) => `${id} was not tested, or failed`);
}

function isAllExcused(scenario: string, checks: readonly Check[]): boolean {
  return (
    checks.length > 0 && checks.every(({ name, status }) => status === "SKIPPED" && isExcused(scenario, name))
  );
}
