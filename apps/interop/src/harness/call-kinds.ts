import type { Era } from "@towpath/mcp-core";

/** When the client gives up a call. */
export type Moment = "before" | "at once" | "soon" | "at the question" | "on progress";

/** What its user answers to the questions of a call; `never`: only gives up when nobody waits any more. */
export type Reply = "accept" | "decline" | "cancel" | "throw" | "never";

/** A way for a call to go, and the one way for it to end. */
export interface CallKind {
  readonly tool: string;
  /** How many there are of it for one of the others. Default: 3. */
  readonly share?: number;
  readonly abort?: Moment;
  readonly reply?: Reply;
  /** Has no progress listener. */
  readonly unheard?: boolean;
  /** Is never answered, and times out. */
  readonly timesOut?: boolean;
  readonly progress?: number;
  readonly ends: (call: number, era: Era) => string;
}

const text = (call: number): string => `result: ${String(call)}`;
const aborted = (call: number): string => `error: call ${String(call)} is not wanted`;

/** All that can happen to a call while nothing is wrong with the connection. */
export const CALL_KINDS: readonly CallKind[] = [
  { tool: "answer", ends: text },
  { tool: "report", progress: 3, ends: text },
  { tool: "report", unheard: true, ends: text },
  { tool: "fail", ends: (call) => `failure: call ${String(call)} failed` },
  { tool: "ask", reply: "accept", share: 6, ends: (call) => `result: accept ${String(call)}` },
  { tool: "ask", reply: "decline", ends: () => "result: decline" },
  { tool: "ask", reply: "cancel", ends: () => "result: cancel" },
  { tool: "ask", reply: "throw", ends: thrown },
  { tool: "combine", reply: "accept", share: 6, ends: combined },
  { tool: "answer", abort: "before", share: 1, ends: aborted },
  { tool: "wait", abort: "at once", ends: aborted },
  { tool: "wait", abort: "soon", ends: aborted },
  { tool: "wait", abort: "on progress", progress: 1, ends: aborted },
  { tool: "wait_and_ask", abort: "soon", reply: "never", ends: aborted },
  { tool: "ask", abort: "at once", reply: "never", ends: aborted },
  { tool: "ask", abort: "soon", reply: "never", ends: aborted },
  { tool: "ask", abort: "at the question", reply: "never", ends: aborted },
  { tool: "combine", abort: "at the question", reply: "never", ends: aborted },
  { tool: "ask_and_wait", abort: "on progress", reply: "accept", progress: 1, ends: aborted },
  { tool: "wait", timesOut: true, share: 1, progress: 1, ends: timedOut },
];

/** In the handshake era it is the tool that has to do without an answer, in the other one the caller. */
function thrown(call: number, era: Era): string {
  return era === "stateless"
    ? `error: no answer to call ${String(call)}`
    : "failure: elicitation/create: the client answered with an error: Internal error";
}

function combined(call: number): string {
  const said = { type: "text", text: `call ${String(call)}` };
  return `result: ${JSON.stringify([call, call, call, said, 1])}`;
}

export const TIMEOUT_MS = 1000;

function timedOut(): string {
  return `error: tools/call: no answer and no progress within ${String(TIMEOUT_MS)} ms`;
}
