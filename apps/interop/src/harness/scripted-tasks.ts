import type { JsonObject } from "@towpath/mcp-core";
import type { ManualClock } from "@towpath/mcp-core/testing";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer, Script } from "./scripted-server.js";

export const TASK_ID = "task-1";
export const POLL_MS = 2000;

const TIMES = { createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:01Z" };

/** What a server of 2025-11-25 declares that has tasks. */
export const EXPERIMENTAL: JsonObject = {
  tools: {},
  tasks: { cancel: {}, requests: { tools: { call: {} } } },
};

/** What a server of the stateless era declares that has tasks. */
export const EXTENDED: JsonObject = {
  tools: {},
  prompts: {},
  resources: {},
  extensions: { "io.modelcontextprotocol/tasks": {} },
};

/** A task as 2025-11-25 has it. */
export function experimental(status: string, more: JsonObject = {}): JsonObject {
  return { taskId: TASK_ID, status, ...TIMES, ttl: 60_000, pollInterval: POLL_MS, ...more };
}

/** A task as the extension has it, as the answer to a request about it. */
export function extended(status: string, more: JsonObject = {}): JsonObject {
  const task = { taskId: TASK_ID, status, ...TIMES, ttlMs: 60_000, pollIntervalMs: POLL_MS };
  return { resultType: "complete", ...task, ...more };
}

/** Tools with these kinds of support, named after them; `undefined` for `plain`. */
export function toolsOf(...support: readonly (string | undefined)[]): Answer {
  const tools = support.map((taskSupport) => ({
    name: taskSupport ?? "plain",
    inputSchema: { type: "object" },
    ...(taskSupport !== undefined && { execution: { taskSupport } }),
  }));
  return { result: { tools } };
}

/** Answers requests of one method with these, one after the other, and the last one from then on. */
export function inTurn(method: string, ...answers: readonly [Answer, ...Answer[]]): Script {
  let next = 0;
  return { [method]: () => answers[Math.min(next++, answers.length - 1)] };
}

/** Settles when something is to happen after exactly so long, and lets that time pass. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  while (clock.nextDue !== clock.now() + ms) await nextTurn();
  clock.advance(ms);
}
