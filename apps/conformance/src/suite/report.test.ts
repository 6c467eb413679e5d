import { describe, expect, it } from "vitest";
import { countedIn, exclusionsOf, leftOut, tableOf, type LegResult } from "./report.js";
import { verdictOf } from "./verdict.js";

const passing = (scenario: string) => verdictOf(scenario, [{ id: scenario, status: "SUCCESS" }]);

const result: LegResult = {
  leg: { revision: "2025-11-25", sessions: false, answers: "auto" },
  verdicts: [
    passing("ping"),
    verdictOf("tools-list", [{ id: "tools-list", status: "WARNING", errorMessage: "Odd" }]),
    passing("resources-subscribe"),
    passing("tasks-lifecycle"),
  ],
};

describe("the report", () => {
  it("has a row for each scenario, with its problems or the reason why it does not count", () => {
    expect(tableOf(result)).toMatchInlineSnapshot(`
      "2025-11-25, without sessions
                               passed   failed warnings  skipped
      ✓ ping                        1        0        0        0
      ✗ tools-list                  0        0        1        0
          WARNING tools-list: Odd
          Nothing was tested
      - resources-subscribe  needs sessions: subscriptions are kept with the session
      - tasks-lifecycle      the tasks extension is not implemented"
    `);
  });

  it("counts what needs sessions where there are some, or where the era needs none for it", () => {
    const names = (leg: Partial<LegResult["leg"]>) =>
      countedIn({ ...result, leg: { ...result.leg, ...leg } }).map(({ scenario }) => scenario);
    expect(names({ revision: "2025-11-25", sessions: false })).toEqual(["ping", "tools-list"]);
    const all = ["ping", "tools-list", "resources-subscribe"];
    expect(names({ revision: "2025-11-25", sessions: true })).toEqual(all);
    expect(names({ revision: "2026-07-28", sessions: false })).toEqual(all);
  });

  it("names the scenarios that are neither counted nor excluded", () => {
    const listed = ["ping", "resources-subscribe", "tasks-lifecycle", "a-new-one"];
    expect(leftOut(listed, [result])).toEqual(["resources-subscribe", "a-new-one"]);
  });

  it("says what is excluded, and why", () => {
    expect(exclusionsOf(["ping", "tasks-lifecycle", "tasks-headers", "sep-2640-skills"])).toEqual([
      "Excluded, as the tasks extension is not implemented: tasks-lifecycle, tasks-headers",
      "Excluded, as the skills extension belongs to no revision: sep-2640-skills",
    ]);
  });
});
