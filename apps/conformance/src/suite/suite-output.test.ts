import { describe, expect, it } from "vitest";
import { listedScenarios, ranScenarios } from "./suite-output.js";

const scenario = (name: string) => `\n=== Running scenario: ${name} ===\nResults saved to a folder\n`;

describe("what the suite writes", () => {
  it("names the scenarios that were run", () => {
    const output = `Running requirements 2025-11-25 (2 scenarios) against http://127.0.0.1/mcp\n${scenario("ping")}${scenario("tools-list")}`;
    expect(ranScenarios(output)).toEqual(["ping", "tools-list"]);
  });

  it("is refused when it ran other than it announced", () => {
    const output = `Running requirements 2025-11-25 (2 scenarios) against http://127.0.0.1/mcp\n${scenario("ping")}`;
    expect(() => ranScenarios(output)).toThrow("announced 2 scenarios and ran 1");
    expect(() => ranScenarios("error: unknown option")).toThrow("announced no scenarios and ran 0");
  });

  it("lists the scenarios there are, with their revisions", () => {
    const output =
      "Server scenarios (test against a server):\n  - ping [2025-11-25,2026-07-28]\n  - tasks-lifecycle [extension]\n";
    expect(listedScenarios(output)).toEqual([
      { name: "ping", revisions: ["2025-11-25", "2026-07-28"] },
      { name: "tasks-lifecycle", revisions: [] },
    ]);
    expect(() => listedScenarios("nothing")).toThrow("lists no scenarios");
  });
});
