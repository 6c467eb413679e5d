import { setImmediate as nextTurn } from "node:timers/promises";
import { Meta, type JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { ABLE, type RawClient, type RequestExtras } from "../harness/client.js";
import type { Message } from "../harness/inbox.js";
import { isRequest } from "./asking.js";

/** The extension of the stateless era. */
export const TASKS = "io.modelcontextprotocol/tasks";

/** What ties a message to a task, in the handshake era. */
export const RELATED_TASK = "io.modelcontextprotocol/related-task";

export const TERMINAL: readonly unknown[] = ["completed", "failed", "cancelled"];

/** A task as an answer has it; the rest is for the tests to judge. */
export interface Task extends JsonObject {
  readonly taskId: string;
  readonly status: string;
}

/** What the era has a client say that takes part in tasks. */
export function taking(client: RawClient, meta: JsonObject = {}): RequestExtras {
  const capabilities = { ...ABLE, extensions: { [TASKS]: {} } };
  return { meta: { ...meta, ...(client.isStateless && { [Meta.clientCapabilities]: capabilities }) } };
}

/** Calls a tool as a task. */
export function begin(
  client: RawClient,
  tool: string,
  args: JsonObject = {},
  task: JsonObject = {},
  meta: JsonObject = {},
): Promise<Message> {
  const params = { name: tool, arguments: args, ...(!client.isStateless && { task }) };
  return client.request("tools/call", params, taking(client, meta));
}

/** Calls a tool as a task, and returns what the task is at first. */
export async function start(...call: Parameters<typeof begin>): Promise<Task> {
  const [client] = call;
  const { result, ...answer } = await begin(...call);
  const task = client.isStateless ? result : result?.["task"];
  if (typeof task !== "object" || task === null || !("taskId" in task))
    throw new Error(`There is no task in ${JSON.stringify(result ?? answer)}`);
  return task as Task; // as far as tests rely on it
}

/** Asks something of a task. */
export function about(
  client: RawClient,
  method: "get" | "result" | "cancel" | "update",
  taskId: JsonObject[string],
  params: JsonObject = {},
  meta: JsonObject = {},
): Promise<Message> {
  return client.request(`tasks/${method}`, { taskId, ...params }, taking(client, meta));
}

/** A task as it is now. */
export async function get(client: RawClient, taskId: string): Promise<Task> {
  const { result, error } = await about(client, "get", taskId);
  if (result === undefined) throw new Error(`The task is not there: ${JSON.stringify(error)}`);
  return result as Task; // as far as tests rely on it
}

/**
 * Asks for a task until it has that status.
 * @throws Error when it ends with another
 */
export async function reaching(client: RawClient, taskId: string, status: string): Promise<Task> {
  for (;;) {
    const task = await get(client, taskId);
    if (task.status === status) return task;
    if (TERMINAL.includes(task.status)) throw new Error(`It has ended: ${JSON.stringify(task)}`);
    await nextTurn();
  }
}

export async function release(client: RawClient, key: string): Promise<void> {
  expect(await client.text("task_release", { key })).toBe("released");
}

/** What asking for a task is answered with when it is no longer there. */
export async function refusal(client: RawClient, taskId: string): Promise<Message> {
  for (;;) {
    const answer = await about(client, "get", taskId);
    if (answer.error !== undefined) return answer;
    await nextTurn();
  }
}

/** Settles when that happened to a `task_wait`, as in `aborted` with its key. */
export async function happens(client: RawClient, what: string): Promise<void> {
  expect(await client.text("task_await", { key: what })).toBe("done");
}

/** The next question that is asked; in the handshake era. */
export function question(client: RawClient): Promise<Message> {
  return client.peer.next(isRequest);
}

export function answerTo(client: RawClient, { id = null }: Message, result: JsonObject): void {
  client.peer.send({ jsonrpc: "2.0", id, result });
}

/** A time in the format that both protocols have. */
export const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

export function expectTimes({ createdAt, lastUpdatedAt }: JsonObject): void {
  const [created = "", updated = ""] = [createdAt, lastUpdatedAt].map((time) => {
    expect(time).toMatch(ISO_TIME);
    return time as string; // or it would not match
  });
  expect(Date.parse(updated)).toBeGreaterThanOrEqual(Date.parse(created));
}

/** @throws Error when there is none */
export function taskIdIn(result: JsonObject | undefined): string {
  const taskId = result?.["taskId"];
  if (typeof taskId === "string") return taskId;
  throw new Error(`There is no id of a task in ${JSON.stringify(result)}`);
}

/** Ids that nobody could guess by knowing others. */
export function expectUnguessable(ids: readonly string[]): void {
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(ids.length);
  for (const id of ids) expect(id.length).toBeGreaterThanOrEqual(22);
}
