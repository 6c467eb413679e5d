import { describe, expect, it } from "vitest";
import { verdictOf, type Check } from "./verdict.js";

const check = (status: Check["status"], id = "a-check"): Check => ({ id, status });

describe("the verdict on a scenario", () => {
  it("finds no problem where checks succeeded, whatever was remarked", () => {
    const verdict = verdictOf("ping", [check("SUCCESS"), check("INFO")]);
    expect(verdict).toEqual({
      scenario: "ping",
      passed: 1,
      failed: 0,
      warnings: 0,
      skipped: 0,
      problems: [],
    });
  });

  it.each(["FAILURE", "WARNING", "SKIPPED"] as const)("counts %s as a problem", (status) => {
    expect(verdictOf("ping", [check("SUCCESS"), check(status)]).problems).toEqual([`${status} a-check`]);
  });

  it("excuses checks that are skipped whatever is done, but not that they fail", () => {
    const name = "ClientMcpMethodHeader_initialize";
    const verdict = (scenario: string, status: Check["status"]) =>
      verdictOf(scenario, [check("SUCCESS"), { ...check(status), name }]).problems;
    expect(verdict("http-standard-headers", "SKIPPED")).toEqual([]);
    expect(verdict("http-standard-headers", "FAILURE")).toEqual([`FAILURE a-check (${name})`]);
    expect(verdict("http-custom-headers", "SKIPPED")).toEqual([`SKIPPED a-check (${name})`]);
  });

  it("excuses a scenario all of whose checks are", () => {
    const skipped: Check = { ...check("SKIPPED"), name: "TasksStatusNotificationsScenario" };
    const problems = (checks: readonly Check[]) => verdictOf("tasks-status-notifications", checks).problems;
    expect(problems([skipped])).toEqual([]);
    expect(problems([skipped, check("INFO")])).toEqual(["Nothing was tested"]);
    expect(problems([])).toEqual(["Nothing was tested"]);
  });

  it("adds the problems that are no check's", () => {
    expect(verdictOf("ping", [check("SUCCESS")], ["Hung"]).problems).toEqual(["Hung"]);
  });

  it("says what the suite says", () => {
    const failed: Check = { id: "ping", name: "Ping", status: "FAILURE", errorMessage: "No answer" };
    expect(verdictOf("ping", [check("SUCCESS"), failed]).problems).toEqual([
      "FAILURE ping (Ping): No answer",
    ]);
  });

  it.each([
    ["left no checks", undefined],
    ["checked nothing", []],
    ["only remarked", [check("INFO")]],
  ])("counts a scenario that %s as a problem", (_what, checks) => {
    expect(verdictOf("ping", checks).problems).toEqual(["Nothing was tested"]);
  });

  it("counts an indispensable check as a problem that the suite replaced by a remark", () => {
    const checks = [
      check("SUCCESS", "server-sse-priming-event"),
      check("SUCCESS", "server-sse-retry-field"),
      check("INFO", "server-sse-disconnect-resume"),
    ];
    expect(verdictOf("server-sse-polling", checks).problems).toEqual([
      "server-sse-disconnect-resume was not tested, or failed",
    ]);
  });
});
