import type { Era } from "@towpath/mcp-core";
import { numberIn, textOf } from "../results.js";
import type { ClusterCheck } from "./cluster-check.js";
import { importNotes, outcomeOf, reportsIn, reportsOf } from "./imports.js";

const TITLE = "Cut off";
/** At ten a second, far more than are made until the client is back. */
const COUNT = 40;
const CUT = { text: "notifications/progress", occurrence: 3 };

/** The client comes back to another node, while its call goes on where it was. */
export const cutStream: ClusterCheck = {
  name: "cut stream",
  run: (stage) =>
    stage.call(async (caller) => {
      const { client, balancer, traffic } = caller;
      await balancer.turnTo("A");
      const resuming = balancer.next("resume");
      const { outcome } = importNotes(client, TITLE, COUNT);
      await Promise.race([resuming, outcome]);
      const search = { query: TITLE, limit: 1 };
      const made = numberIn(await stage.nodes.at("A").client.callTool("search_notes", search), "total");
      const result = outcomeOf(await outcome);
      const reports = reportsIn(traffic);
      return {
        observed: {
          cuts: caller.cuts,
          went: await caller.went(),
          resumedWhileItRan: made !== null && made < COUNT,
          reports,
          result,
        },
        shown: `cut on A in report 3, resumed on B at ${String(made)}: ${String(reports[0])} to ${String(reports.at(-1))}, each once`,
      };
    }, CUT),
  expected: () => ({
    cuts: 1,
    went: ["tools/call A", "resume B"],
    resumedWhileItRan: true,
    reports: reportsOf(COUNT),
    result: `${String(COUNT)} imported`,
  }),
};

/** In one era the answer finds the call that waits for it; in the other one it brings along what the call has sealed. */
const asking: Readonly<Record<Era, readonly string[]>> = {
  handshake: ["tools/call A", "answer B"],
  stateless: ["tools/call A", "tools/call B"],
};

export const question: ClusterCheck = {
  name: "question",
  run: (stage) =>
    stage.call(async (caller) => {
      const { client, balancer, respondent, traffic } = caller;
      respondent.chooses("decline");
      await balancer.turnTo("A");
      const text = textOf(await client.callTool("delete_note", { id: 1 }));
      const sealed = traffic
        .of("tools/call")
        .filter((message) => "params" in message && "requestState" in (message.params ?? {}));
      const how = sealed.length > 0 ? "on B, which opens what A sealed" : "through B";
      return {
        observed: {
          text,
          asked: respondent.asked.splice(0),
          went: await caller.went(),
          sealed: sealed.length,
        },
        shown: `asked on A, answered ${how} → ${text.replace(/:.*/, "")}`,
      };
    }),
  expected: (era) => ({
    text: "Note 1 stays: the user chose decline",
    asked: ['Delete note 1, "Kept on A", for good?'],
    went: asking[era],
    sealed: era === "stateless" ? 1 : 0,
  }),
};
