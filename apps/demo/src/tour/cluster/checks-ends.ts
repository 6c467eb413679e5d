import { ConnectionLostError, ProtocolError, TowpathErrorCode, type Era } from "@towpath/mcp-core";
import type { ClusterCheck } from "./cluster-check.js";
import { importNotes, outcomeOf, reportsIn, reportsOf } from "./imports.js";

/** Of an import that does not come to its end. */
const LONG = 1_000;
/** At ten a second, so many that a drain finds it running, and few enough for the time that it gives. */
const COUNT = 15;

/** What becomes of the call is seen later, as the other nodes have to be sure that its own is gone. */
export const nodeKilled: ClusterCheck = {
  name: "node killed",
  run: async (stage) => {
    const caller = await stage.connect();
    await caller.balancer.turnTo("B");
    const { begun, outcome } = importNotes(caller.client, "Left behind", LONG);
    await begun;
    stage.orphan = { caller, outcome };
    const { name } = await stage.nodes.kill("B");
    return {
      observed: { reports: reportsIn(caller.traffic).slice(0, 1), went: await caller.went("tools/call") },
      shown: `in a call on B, of which we hear below; ${name} takes its place`,
    };
  },
  expected: () => ({ reports: [1], went: ["tools/call B"] }),
};

export const callLost: ClusterCheck = {
  name: "call lost",
  timeoutMs: 30_000,
  run: async ({ orphan }) => {
    if (orphan === undefined) throw new Error("No node was killed in a call");
    const { caller, outcome } = orphan;
    const error = await outcome;
    if (!(error instanceof ProtocolError)) throw new Error(`An error was due, not ${outcomeOf(error)}`);
    const { code, data = null } = error;
    const answers = caller.traffic.lines.filter((line) => line.endsWith(" of tools/call"));
    await caller.client.ping();
    return {
      observed: { code, data, answers, went: await caller.went("tools/call", "resume") },
      shown: `in the resumed stream on C → ${String(code)}, retryable; its session goes on`,
    };
  },
  expected: () => ({
    code: TowpathErrorCode.requestLost,
    data: { retryable: true },
    answers: ["server: error of tools/call"],
    went: ["tools/call B", "resume C"],
  }),
};

/** Where nothing resumes, the client knows at once what becomes of a call. */
export const nodeKilledAtOnce: ClusterCheck = {
  name: "node killed",
  run: (stage) =>
    stage.call(async (caller) => {
      await caller.balancer.turnTo("B");
      stage.leftBehind = await caller.client.startTask("export_notes", { format: "json", perSecond: 1 });
      await caller.balancer.turnTo("B");
      const { begun, outcome } = importNotes(caller.client, "Left behind", LONG);
      await begun;
      await stage.nodes.kill("B");
      const error = await outcome;
      const retryable = error instanceof ConnectionLostError && error.mayHaveBeenDelivered;
      await caller.client.callTool("search_notes");
      return {
        observed: { outcome: outcomeOf(error), retryable, went: await caller.went() },
        shown: `in a call on B → ${outcomeOf(error)}; the next one on C`,
      };
    }),
  expected: () => ({
    outcome: "ConnectionLostError",
    retryable: true,
    went: ["tools/call B", "tools/call C"],
  }),
};

/** With a log to read from, the client is sent to another node at once; without, the node serves it to its end. */
const draining: Readonly<Record<Era, readonly string[]>> = {
  handshake: ["tools/call A", "resume B", "tools/call C"],
  stateless: ["tools/call A", "tools/call B"],
};

export const nodeDrained: ClusterCheck = {
  name: "node drained",
  run: (stage) =>
    stage.call(async (caller) => {
      const { client, balancer, traffic } = caller;
      const replacement = await stage.nodes.prepare("A");
      await balancer.turnTo("A");
      const { begun, outcome } = importNotes(client, "Carried over", COUNT);
      await begun;
      await replacement.takeOver();
      const result = outcomeOf(await outcome);
      await client.callTool("search_notes");
      const went = await caller.went();
      return {
        observed: { reports: reportsIn(traffic), result, went },
        shown: `${replacement.name} for A, in a call: ${went.join(", ").replaceAll("tools/", "")} → ${result}`,
      };
    }),
  expected: (era) => ({
    reports: reportsOf(COUNT),
    result: `${String(COUNT)} imported`,
    went: draining[era],
  }),
};
