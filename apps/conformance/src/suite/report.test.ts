import { describe, expect, it } from "vitest";
import { countedIn, exclusionsOf, leftOut, tableOf, type LegResult } from "./report.js";
import { verdictOf } from "./verdict.js";

const passing = (scenario: string) => verdictOf(scenario, [{ id: scenario, status: "SUCCESS" }]);

const listedAs = (...names: string[]) => names.map((name) => ({ name, revisions: [] }));

const result: LegResult = {
  leg: { side: "server", revision: "2025-11-25", sessions: false, answers: "auto", extensions: [] },
  verdicts: [
    passing("ping"),
    verdictOf("tools-list", [{ id: "tools-list", status: "WARNING", errorMessage: "Odd" }]),
    passing("resources-subscribe"),
    passing("sep-2640-skills"),
  ],
};

describe("the report", () => {
  it("has a row for each scenario, with its problems or the reason why it does not count", () => {
    expect(tableOf(result)).toMatchInlineSnapshot(`
      "Server, 2025-11-25, without sessions
                               passed   failed warnings  skipped
      ✓ ping                        1        0        0        0
      ✗ tools-list                  0        0        1        0
          WARNING tools-list: Odd
          Nothing was tested
      - resources-subscribe  needs sessions: subscriptions are kept with the session
      - sep-2640-skills      the skills extension belongs to no revision"
    `);
  });

  it("says how a client is set up", () => {
    const leg = {
      side: "client",
      revision: "2025-11-25",
      anyRevision: false,
      fetch: false,
      atLeast: 1,
    } as const;
    const titles = [leg, { ...leg, anyRevision: true, fetch: true }].map(
      (one) => tableOf({ leg: one, verdicts: [] }).split("\n")[0],
    );
    expect(titles).toEqual([
      "Client, 2025-11-25, over node:http",
      "Client, 2025-11-25, to be found out, over fetch",
    ]);
  });

  it("counts what needs sessions where there are some, or where the era needs none for it", () => {
    const names = (leg: { revision: string; sessions: boolean }) =>
      countedIn({ ...result, leg: { side: "server", answers: "auto", extensions: [], ...leg } }).map(
        ({ scenario }) => scenario,
      );
    expect(names({ revision: "2025-11-25", sessions: false })).toEqual(["ping", "tools-list"]);
    const all = ["ping", "tools-list", "resources-subscribe"];
    expect(names({ revision: "2025-11-25", sessions: true })).toEqual(all);
    expect(names({ revision: "2026-07-28", sessions: false })).toEqual(all);
  });

  it("names the scenarios that are neither counted nor excluded, for clients in each revision", () => {
    const client: LegResult = {
      leg: { side: "client", revision: "2025-11-25", anyRevision: false, fetch: false, atLeast: 1 },
      verdicts: [passing("sse-retry")],
    };
    const listed = {
      server: listedAs("ping", "resources-subscribe", "sep-2640-skills", "a-new-one"),
      client: [
        { name: "sse-retry", revisions: ["2025-11-25", "2027-01-01"] },
        { name: "ping", revisions: ["2025-11-25"] },
        { name: "a-new-extension", revisions: [] },
        { name: "auth/basic", revisions: ["2025-11-25"] },
      ],
    };
    expect(leftOut(listed, [result, client])).toEqual([
      "resources-subscribe",
      "a-new-one",
      "sse-retry (client, 2027-01-01)",
      "ping (client, 2025-11-25)",
      "a-new-extension",
    ]);
  });

  it("says what is excluded, what is excused, and why", () => {
    const listed = {
      server: listedAs("ping", "sep-2640-skills", "sep-2640-other"),
      client: listedAs("sep-2640-client", "auth/basic"),
    };
    expect(exclusionsOf(listed)).toEqual([
      "Excluded, as the skills extension belongs to no revision: sep-2640-skills, sep-2640-other, sep-2640-client",
      "Excluded, as authorization is not implemented: auth/basic",
      "Excused in http-standard-headers, as the stateless era has no handshake: " +
        "ClientMcpMethodHeader_initialize, ClientMcpMethodHeader_notifications_initialized",
      "Excused in tasks-status-notifications, as the suite does not listen for them yet, as tests of our own do: " +
        "TasksStatusNotificationsScenario",
    ]);
  });
});
