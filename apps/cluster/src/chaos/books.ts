import type { Call } from "./calls.js";
import { endOf } from "./task-ends.js";
import type { Troubles } from "./trouble.js";

/** All that is known of a run once it is over. */
export interface Evidence {
  readonly calls: readonly Call[];
  /** The nodes that began with each call, by the ledger. */
  readonly runs: ReadonlyMap<string, readonly string[]>;
  /** What each node says at the end of each task that was accepted, by its call. */
  readonly ends: ReadonlyMap<string, readonly string[]>;
  /** When the connections of each client were cut. */
  readonly cuts: ReadonlyMap<number, readonly number[]>;
  readonly strays: readonly string[];
  readonly troubles: Troubles;
}

/** A call, and what killed or cut it, if anything did. */
interface Case {
  readonly call: Call;
  readonly runs: readonly string[];
  readonly cut: boolean;
  /** Whether a node it ran on was killed. */
  readonly killed: boolean;
  /** Whether a node it ran on was drained. */
  readonly drained: boolean;
  /** What the nodes say of its task. */
  readonly ends: readonly string[];
  /** Whether any node was killed meanwhile: it may have carried a message of the call's. */
  readonly anyKilled: boolean;
}

/** The rules, each with what breaks it. */
const RULES: readonly (readonly [rule: string, broken: (one: Case) => boolean])[] = [
  ["every call ends", ({ call: { outcome } }) => outcome.kind === "error" && outcome.error === "hung"],
  [
    "every error says what happened",
    ({ call: { outcome } }) => outcome.kind === "error" && outcome.error === "unnamed",
  ],
  ["no call runs twice", ({ runs }) => runs.length > 1],
  [
    "a result comes from the run of its call",
    (one) => one.call.outcome.kind === "result" && !isResultOf(one),
  ],
  ["progress comes in order, each report once", ({ call: { progress } }) => !isIncreasing(progress)],
  ["only what was not begun is said not to be", (one) => saysNotBegun(one.call) && one.runs.length > 0],
  ["only what ran on a node that is gone is lost with it", (one) => saysLost(one.call) && !one.killed],
  [
    "only what ran on a node that was stopped is lost with it",
    (one) => saysStopped(one.call) && !one.drained,
  ],
  ["a task ends in one way, which its client is told, and of which all nodes know", hasAnotherEnd],
  ["what runs on a node that lives has its result, unless its connection was cut", isLostWithoutReason],
];

/** @returns what does not balance, as sentences; empty when all does */
export function imbalances(evidence: Evidence): readonly string[] {
  const { calls, strays, troubles } = evidence;
  const lost = {
    killed: new Set(troubles.kills.map(({ node }) => node)),
    drained: new Set(troubles.drains),
  };
  const broken = calls.flatMap((call) => {
    const one = caseOf(call, evidence, lost);
    return RULES.flatMap(([rule, isBroken]) => (isBroken(one) ? [`${rule}: ${described(one)}`] : []));
  });
  const unasked = strays
    .filter((stray) => !isAnswerToo(stray, calls))
    .map((stray) => `nothing comes that nobody waits for: ${stray}`);
  return [...broken, ...unasked, ...troubles.failures.map((failure) => `every drain ends: ${failure}`)];
}

interface LostNodes {
  readonly killed: ReadonlySet<string>;
  readonly drained: ReadonlySet<string>;
}

function caseOf(call: Call, { runs, ends, cuts, troubles }: Evidence, { killed, drained }: LostNodes): Case {
  const during = (at: number): boolean => at >= call.beganAt && at <= call.endedAt;
  const ran = runs.get(call.id) ?? [];
  return {
    call,
    runs: ran,
    cut: (cuts.get(call.client) ?? []).some(during),
    killed: ran.some((node) => killed.has(node)),
    drained: ran.some((node) => drained.has(node)),
    ends: ends.get(call.id) ?? [],
    anyKilled: troubles.kills.some(({ at }) => during(at)),
  };
}

function isResultOf({ call, runs }: Case): boolean {
  const said = call.outcome.kind === "result" ? call.outcome.text : "";
  return runs.length === 1 && said === JSON.stringify({ call: call.id, node: runs[0] });
}

/** Over HTTP+SSE the answer comes another way than the request went: of that, a balancer may know no outcome. */
function isAnswerToo(stray: string, calls: readonly Call[]): boolean {
  return calls.some(
    ({ id, transport, outcome }) =>
      transport === "HTTP+SSE" &&
      outcome.kind === "error" &&
      outcome.error === "bad gateway" &&
      stray.includes(JSON.stringify(JSON.stringify({ call: id })).slice(1, -2)),
  );
}

function isIncreasing(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? -1));
}

function saysNotBegun({ outcome }: Call): boolean {
  return outcome.kind === "error" && (outcome.error === "not begun" || outcome.error === "not delivered");
}

function saysLost({ outcome }: Call): boolean {
  return outcome.kind === "error" && outcome.error === "lost: node gone";
}

function saysStopped({ outcome }: Call): boolean {
  return outcome.kind === "error" && outcome.error === "lost: node stopped";
}

function hasAnotherEnd(one: Case): boolean {
  const { call, ends } = one;
  if (call.taskId === undefined) return false;
  const known = call.outcome.kind === "result" || saysLost(call) || saysStopped(call);
  const all = new Set(known ? [...ends, endOf(call.outcome)] : ends);
  return ends.length === 0 || all.size !== 1 || all.has("working");
}

function isLostWithoutReason({ call, runs, cut, killed, drained, anyKilled }: Case): boolean {
  if (call.outcome.kind === "result" || runs.length === 0 || killed) return false;
  if (saysStopped(call) && drained) return false;
  // A task goes on whatever becomes of its connection, and waits for whoever comes back to it.
  if (call.taskId !== undefined) return call.resumable;
  // A stream that has begun can be taken up again, wherever it was cut.
  const comesBack = call.resumable && call.progress.length > 0;
  return comesBack || !(cut || anyKilled);
}

function described({ call, runs, cut, killed, drained, ends, anyKilled }: Case): string {
  const { id, kind, transport, outcome, progress, beganAt, endedAt } = call;
  const ended = outcome.kind === "result" ? outcome.text : `${outcome.error} (${outcome.message})`;
  const took = `${String(Math.round(endedAt - beganAt))} ms from ${String(Math.round(beganAt))}`;
  const flags = JSON.stringify({ cut, killed, drained, anyKilled, progress, ends });
  return `${id} (${kind}, ${transport}, ${took}) ran on [${runs.join(", ")}], ended in ${ended}; ${flags}`;
}
