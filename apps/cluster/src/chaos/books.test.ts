import { describe, expect, it } from "vitest";
import { imbalances, type Evidence } from "./books.js";
import type { Call, ErrorName, Outcome } from "./calls.js";

const NODE = "1/one";

const result: Outcome = { kind: "result", text: JSON.stringify({ call: "0-0", node: NODE }) };
const failed = (error: ErrorName): Outcome => ({ kind: "error", error, message: "" });

const call = (changes: Partial<Call> = {}): Call => ({
  id: "0-0",
  kind: "slow",
  client: 0,
  transport: "any",
  resumable: true,
  beganAt: 10,
  endedAt: 20,
  outcome: result,
  progress: [0, 1, 2],
  ...changes,
});

const TASK = { taskId: "a", kind: "task" } as const;
const SAID = JSON.stringify({ call: "0-0", node: NODE });

interface Story {
  readonly call?: Partial<Call>;
  readonly runs?: readonly string[];
  readonly cutAt?: number;
  readonly killed?: string;
  readonly killedAt?: number;
  readonly strays?: readonly string[];
  readonly failures?: readonly string[];
  readonly drained?: string;
  /** What the nodes say of its task. */
  readonly ends?: readonly string[];
}

const evidence = ({
  call: changes,
  runs = [NODE],
  cutAt,
  killed,
  killedAt = 15,
  ...more
}: Story): Evidence => ({
  calls: [call(changes)],
  runs: new Map([["0-0", runs]]),
  ends: new Map([["0-0", more.ends ?? []]]),
  cuts: new Map([[0, cutAt === undefined ? [] : [cutAt]]]),
  strays: more.strays ?? [],
  troubles: {
    kills: killed === undefined ? [] : [{ node: killed, at: killedAt }],
    drains: more.drained === undefined ? [] : [more.drained],
    connections: 0,
    failures: [...(more.failures ?? [])],
  },
});

describe("the books", () => {
  it.each<[string, Story]>([
    ["a result of the one run", {}],
    ["a call that no node has begun with", { call: { outcome: failed("not begun") }, runs: [] }],
    ["a call that was lost with its node", { call: { outcome: failed("lost: node gone") }, killed: NODE }],
    [
      "a cut that nobody can come back from",
      { call: { outcome: failed("connection lost"), resumable: false }, cutAt: 15 },
    ],
    [
      "a cut before there was anything to resume",
      { call: { outcome: failed("connection lost"), progress: [] }, cutAt: 15 },
    ],
    ["a task that all nodes say the same of", { call: TASK, ends: [SAID, SAID, SAID] }],
    [
      "a task that was lost with its node",
      { call: { ...TASK, outcome: failed("lost: node gone") }, killed: NODE, ends: ["lost: node gone"] },
    ],
    [
      "a task that was stopped with its node",
      {
        call: { ...TASK, outcome: failed("lost: node stopped") },
        drained: NODE,
        ends: ["lost: node stopped"],
      },
    ],
    [
      "a task whose client did not come back to it",
      {
        call: { ...TASK, outcome: failed("connection lost"), resumable: false },
        cutAt: 15,
        ends: [SAID, SAID],
      },
    ],
    [
      "an answer over HTTP+SSE to what a node had handed over before it died",
      {
        call: { outcome: failed("bad gateway"), resumable: false, transport: "HTTP+SSE" },
        killed: "2/two",
        strays: [JSON.stringify({ text: JSON.stringify({ call: "0-0", node: NODE }) })],
      },
    ],
  ])("balance with %s", (_what, story) => {
    expect(imbalances(evidence(story))).toEqual([]);
  });

  it.each<[string, Story]>([
    ["every call ends", { call: { outcome: failed("hung") }, killed: NODE }],
    ["every error says what happened", { call: { outcome: failed("unnamed") }, runs: [] }],
    ["no call runs twice", { runs: [NODE, "2/two"] }],
    ["a result comes from the run of its call", { runs: ["2/two"] }],
    ["a result comes from the run of its call", { runs: [] }],
    ["progress comes in order", { call: { progress: [0, 1, 1] } }],
    [
      "only what was not begun is said not to be",
      { call: { outcome: failed("not delivered") }, killed: NODE },
    ],
    [
      "only what ran on a node that is gone is lost",
      { call: { outcome: failed("lost: node gone") }, cutAt: 15 },
    ],
    ["what runs on a node that lives has its result", { call: { outcome: failed("bad gateway") } }],
    [
      "what runs on a node that lives has its result",
      { call: { outcome: failed("connection lost") }, cutAt: 15 },
    ],
    [
      "what runs on a node that lives has its result",
      { call: { outcome: failed("connection lost"), resumable: false }, cutAt: 25 },
    ],
    [
      "what runs on a node that lives has its result",
      { call: { ...TASK, outcome: failed("connection lost"), progress: [] }, cutAt: 15, ends: [SAID] },
    ],
    [
      "only what ran on a node that was stopped",
      {
        call: { ...TASK, outcome: failed("lost: node stopped") },
        killed: NODE,
        ends: ["lost: node stopped"],
      },
    ],
    ["a task ends in one way", { call: TASK, ends: [SAID, "lost: node gone"] }],
    ["a task ends in one way", { call: TASK, ends: ["lost: node gone"], killed: NODE }],
    ["a task ends in one way", { call: TASK, ends: ["working"] }],
    ["a task ends in one way", { call: TASK, ends: [], runs: [] }],
    ["nothing comes that nobody waits for", { strays: ["a response"] }],
    [
      "nothing comes that nobody waits for",
      { strays: [JSON.stringify({ text: JSON.stringify({ call: "0-0", node: NODE }) })] },
    ],
    ["every drain ends", { failures: ["it went on"] }],
  ])("do not balance where it is broken that %s", (rule, story) => {
    expect(imbalances(evidence(story))).toContainEqual(expect.stringContaining(rule));
  });
});
