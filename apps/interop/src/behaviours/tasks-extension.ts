import { setImmediate as nextTurn } from "node:timers/promises";
import { Meta, type JsonObject, type RequestId } from "@towpath/mcp-core";
import { expect } from "vitest";
import { TASK_ERROR, WAITING } from "../fixtures/reference-task-tools.js";
import { ABLE, type RawClient } from "../harness/client.js";
import type { Matches } from "../harness/inbox.js";
import { able, answered, calling, retrying } from "./asking.js";
import type { Behaviours } from "./behaviours.js";
import { allOf } from "./listed.js";
import { close, isAbout, listen } from "./subscriptions.js";
import {
  about,
  begin,
  expectTimes,
  expectUnguessable,
  get,
  happens,
  reaching,
  refusal,
  release,
  start,
  taking,
  taskIdIn,
  TASKS,
  type Task,
} from "./tasking.js";

const METHODS = ["get", "update", "cancel"] as const;
const NEEDED = { extensions: { [TASKS]: {} } };
const UNDECLARED = { error: { code: -32021, data: { requiredCapabilities: NEEDED } } };
const INVALID = { error: { code: -32602, message: expect.stringMatching(/./) as string } };
const ACKNOWLEDGED = { resultType: "complete" };
const ADA = { action: "accept", content: { name: "Ada" } };

/** Tools that end in each way, and what becomes of their tasks. */
const ENDINGS = [
  ["task_echo", { text: "done" }, "completed"],
  ["task_fail", { text: "the note is gone" }, "completed"],
  ["task_error", {}, "failed"],
] as const;

export const taskExtension = {
  "tasks-extension.declared": async ({ introduction }) => {
    expect(introduction).toHaveProperty(["result", "capabilities", "extensions", TASKS], {});
    expect(introduction).not.toHaveProperty("result.capabilities.tasks");
  },
  "tasks-extension.not-offered": async (trial) => {
    const client = await trial.stranger({ bare: true });
    const { result } = await client.request("server/discover");
    expect(result?.["capabilities"]).not.toHaveProperty(["extensions", TASKS]);
    for (const method of METHODS) {
      expect(await about(client, method, "any")).toMatchObject({ error: { code: -32601 } });
    }
  },
  "tasks-extension.removed": async ({ client }) => {
    for (const method of ["tasks/result", "tasks/list"]) {
      const answer = await client.request(method, { taskId: "any" }, taking(client));
      expect(answer).toMatchObject({ error: { code: -32601 } });
    }
    for (const tool of await allOf(client, "tools")) expect(tool).not.toHaveProperty("execution");
  },
  "tasks-extension.declared-each-time": async ({ client }) => {
    await start(client, "task_echo", { text: "as a task" });
    const { result } = await client.call("task_echo", { text: "at once" });
    expect(result).toMatchObject({ resultType: "complete", content: [{ text: "at once" }] });
    expect(result).not.toHaveProperty("taskId");
  },
  "tasks-extension.required": async ({ client }) => {
    expect(await client.call("task_required", { text: "now" })).toMatchObject(UNDECLARED);
    expect((await start(client, "task_required", { text: "now" })).status).toBe("working");
  },
  "tasks-extension.undeclared": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "undeclared" });
    for (const method of METHODS) {
      const params = { taskId, inputResponses: {} };
      expect(await client.request(`tasks/${method}`, params)).toMatchObject(UNDECLARED);
    }
    await release(client, "undeclared");
  },
  "tasks-extension.server-decides": async ({ client }) => {
    const params = { name: "echo", arguments: { text: "now" }, task: { ttl: 60_000 } };
    const answer = await client.request("tools/call", params, taking(client));
    expect(answer).toMatchObject({ result: { resultType: "complete", content: [{ text: "now" }] } });
  },
} satisfies Behaviours;

export const taskExtensionLives = {
  "tasks-extension.created": async ({ client }) => {
    const { result = {} } = await begin(client, "task_wait", { key: "created" });
    const { taskId, ttlMs, pollIntervalMs } = result;
    expect(result).toMatchObject({ resultType: "task", status: "working" });
    expect({ ttlMs, pollIntervalMs }).toEqual(WAITING);
    expect(taskId).toEqual(expect.any(String));
    expectTimes(result);
    for (const member of ["task", "result", "error", "inputRequests", "requestState", "ttl", "content"]) {
      expect(result).not.toHaveProperty(member);
    }
    await release(client, "created");
  },
  "tasks-extension.durable": async ({ client }) => {
    for (let times = 0; times < 10; times += 1) {
      const { taskId } = await start(client, "task_echo", { text: "kept" });
      expect((await get(client, taskId)).taskId).toBe(taskId);
    }
  },
  "tasks-extension.ids": async ({ client }) => {
    const begun = Array.from({ length: 20 }, () => start(client, "task_echo", { text: "id" }));
    expectUnguessable((await Promise.all(begun)).map(({ taskId }) => taskId));
  },
  "tasks-extension.before": async ({ client }) => {
    const request = calling("task_before");
    const declared = { ...ABLE, ...NEEDED };
    const first = await client.request(request.method, request.params, able(client, declared));
    expect(first.result).toHaveProperty("resultType", "input_required");
    expect(first.result).not.toHaveProperty("taskId");
    const { method, params } = retrying(request, first, { who: ADA });
    const { result = {} } = await client.request(method, params, able(client, declared));
    expect(result).toMatchObject({ resultType: "task", taskId: expect.any(String) as string });
    expect(result).not.toHaveProperty("requestState");
    const task = await reaching(client, taskIdIn(result), "completed");
    expect(outcomeOf(task)).toEqual(ADA);
  },
  "tasks-extension.working": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "working" });
    const task = await get(client, taskId);
    expect(task).toMatchObject({ resultType: "complete", taskId, status: "working", ...WAITING });
    expectNothingOf(task, ["result", "error", "inputRequests"]);
    expectTimes(task);
    await release(client, "working");
  },
  "tasks-extension.input-required": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_two");
    const task = await reaching(client, taskId, "input_required");
    expect(task).toMatchObject({ resultType: "complete", taskId });
    expect(task["inputRequests"]).toMatchObject({
      first: { method: "elicitation/create", params: { message: "First?" } },
      second: { method: "elicitation/create", params: { message: "Second?" } },
    });
    expectNothingOf(task, ["result", "error", "requestState"]);
    expect((await get(client, taskId))["inputRequests"]).toEqual(task["inputRequests"]);
    await about(client, "cancel", taskId);
  },
  "tasks-extension.completed": async ({ client }) => {
    const { taskId } = await start(client, "task_echo", { text: "done" });
    const task = await reaching(client, taskId, "completed");
    expect(task).toMatchObject({
      resultType: "complete",
      taskId,
      result: {
        content: [{ type: "text", text: "done" }],
        structuredContent: { text: "done" },
        _meta: { "io.example/length": 4 },
      },
    });
    expectNothingOf(task, ["error", "inputRequests"]);
  },
  "tasks-extension.is-error": async ({ client }) => {
    const { taskId } = await start(client, "task_fail", { text: "the note is gone" });
    const task = await reaching(client, taskId, "completed");
    expect(task["result"]).toMatchObject({ isError: true, content: [{ text: "the note is gone" }] });
  },
  "tasks-extension.failed": async ({ client }) => {
    const { taskId } = await start(client, "task_error");
    const task = await reaching(client, taskId, "failed");
    expect(task).toMatchObject({ resultType: "complete", taskId, error: TASK_ERROR });
    expect(task["statusMessage"]).toContain(TASK_ERROR.message);
    expectNothingOf(task, ["result", "inputRequests"]);
  },
  "tasks-extension.terminal": async ({ client }) => {
    for (const [tool, args, status] of ENDINGS) {
      const { taskId } = await start(client, tool, args);
      const ended = await reaching(client, taskId, status);
      expect((await about(client, "cancel", taskId)).result).toMatchObject(ACKNOWLEDGED);
      const update = await about(client, "update", taskId, { inputResponses: { who: ADA } });
      expect(update.result).toMatchObject(ACKNOWLEDGED);
      expect(await get(client, taskId)).toEqual(ended);
    }
  },
  "tasks-extension.result-type": async ({ client }) => {
    const { taskId } = await start(client, "task_ask");
    const answers = [
      await client.call("echo", { text: "now" }, taking(client)),
      await about(client, "get", taskId),
      await about(client, "update", taskId, { inputResponses: {} }),
      await about(client, "cancel", taskId),
      await client.request("tools/list", {}, taking(client)),
      await client.request("server/discover", {}, taking(client)),
    ];
    expect(answers.map(({ result }) => result?.["resultType"])).toEqual(answers.map(() => "complete"));
  },
  "tasks-extension.expires": async ({ client }) => {
    const { taskId } = await start(client, "task_brief");
    expect(await refusal(client, taskId)).toMatchObject(INVALID);
  },
  "tasks-extension.unknown": async ({ client }) => {
    for (const method of METHODS) {
      for (const taskId of ["nothing", "", 5, null]) {
        expect(await about(client, method, taskId, { inputResponses: {} })).toMatchObject(INVALID);
      }
    }
  },
} satisfies Behaviours;

export const taskExtensionInput = {
  "tasks-extension.update": async ({ client }) => {
    const { taskId } = await start(client, "task_steps", { key: "update" });
    await release(client, "update: ask");
    await reaching(client, taskId, "input_required");
    const { result = {} } = await about(client, "update", taskId, { inputResponses: { who: ADA } });
    expect(result).toMatchObject(ACKNOWLEDGED);
    expectNothingOf(result, ["taskId", "status", "inputRequests", "result"]);
    expectNothingOf(await reaching(client, taskId, "working"), ["inputRequests"]);
    await release(client, "update: end");
    expect(await reaching(client, taskId, "completed")).toMatchObject({
      result: { content: [{ text: "accept" }] },
    });
  },
  "tasks-extension.update-partial": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_two");
    await reaching(client, taskId, "input_required");
    await about(client, "update", taskId, { inputResponses: { second: ADA } });
    const left = await get(client, taskId);
    expect(left.status).toBe("input_required");
    expect(Object.keys(left["inputRequests"] as JsonObject)).toEqual(["first"]);
    await about(client, "update", taskId, { inputResponses: { first: { action: "decline" } } });
    expect(outcomeOf(await reaching(client, taskId, "completed"))).toEqual({
      first: { action: "decline" },
      second: ADA,
    });
  },
  "tasks-extension.update-ignored": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_two");
    await reaching(client, taskId, "input_required");
    const update = (inputResponses: JsonObject) => about(client, "update", taskId, { inputResponses });
    for (const responses of [
      { third: ADA, toString: ADA, other: 5 },
      { first: ADA },
      { first: { action: "decline" } },
    ]) {
      expect((await update(responses)).result).toMatchObject(ACKNOWLEDGED);
    }
    expect((await get(client, taskId)).status).toBe("input_required");
    await update({ second: ADA });
    expect(outcomeOf(await reaching(client, taskId, "completed"))).toEqual({ first: ADA, second: ADA });
  },
  "tasks-extension.update-malformed": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_two");
    await reaching(client, taskId, "input_required");
    for (const params of [{}, { inputResponses: 5 }, { inputResponses: { first: "Ada" } }]) {
      expect(await about(client, "update", taskId, params)).toMatchObject(INVALID);
    }
    expect((await get(client, taskId)).status).toBe("input_required");
    await about(client, "cancel", taskId);
  },
  "tasks-extension.keys": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_again");
    const used: string[] = [];
    for (let times = 0; times < 3; times += 1) {
      const key = await newKey(client, taskId, used);
      used.push(key);
      await about(client, "update", taskId, { inputResponses: { [key]: ADA } });
    }
    expect(new Set(used).size).toBe(3);
    expect(outcomeOf(await reaching(client, taskId, "completed"))).toEqual([ADA, ADA, ADA]);
  },
  "tasks-extension.no-requests": async ({ client }) => {
    await client.settled();
    const { taskId } = await start(client, "task_ask");
    await reaching(client, taskId, "input_required");
    expect(await client.settled()).toEqual([]);
    await about(client, "cancel", taskId);
  },
} satisfies Behaviours;

export const taskExtensionCancellation = {
  "tasks-extension.cancel": async ({ client }) => {
    const key = "cancel";
    const { taskId } = await start(client, "task_wait", { key });
    await happens(client, `begun ${key}`);
    const { result = {} } = await about(client, "cancel", taskId);
    expect(result).toMatchObject(ACKNOWLEDGED);
    expectNothingOf(result, ["taskId", "status"]);
    await happens(client, `aborted ${key}`);
    const task = await reaching(client, taskId, "cancelled");
    expect(task).toMatchObject({ resultType: "complete", taskId });
    expectNothingOf(task, ["result", "error", "inputRequests"]);
  },
  "tasks-extension.cancel-asking": async ({ client }) => {
    const { taskId } = await start(client, "task_ask");
    await reaching(client, taskId, "input_required");
    await about(client, "cancel", taskId);
    expectNothingOf(await reaching(client, taskId, "cancelled"), ["inputRequests"]);
  },
  "tasks-extension.not-by-notification": async ({ client }) => {
    const key = "by-notification";
    const { method, params } = calling("task_wait", { key });
    const id = client.send(method, params, taking(client));
    const { result } = await client.response(id);
    const taskId = taskIdIn(result);
    client.cancel(id);
    client.notify("notifications/cancelled", { requestId: id });
    await client.settled();
    expect((await get(client, taskId)).status).toBe("working");
    await release(client, key);
    await reaching(client, taskId, "completed");
  },
} satisfies Behaviours;

export const taskExtensionNotifications = {
  "tasks-extension.notified": async ({ client }) => {
    const key = "notified";
    const { taskId } = await start(client, "task_steps", { key });
    const { id, acknowledged } = await listen(client, { taskIds: [taskId] }, taking(client));
    expect(acknowledged.params).toHaveProperty("notifications", { taskIds: [taskId] });
    await release(client, `${key}: ask`);
    await expectTold(client, id, taskId, "input_required");
    await about(client, "update", taskId, { inputResponses: { who: ADA } });
    await expectTold(client, id, taskId, "working");
    await release(client, `${key}: end`);
    await expectTold(client, id, taskId, "completed");
    await close(client, id);
  },
  "tasks-extension.notified-of-each-end": async ({ client }) => {
    const ended = await Promise.all(ENDINGS.map(([tool, args]) => start(client, tool, args)));
    const cancelled = await start(client, "task_wait", { key: "end" });
    const failing = await start(client, "task_steps", { key: "end" });
    const taskIds = [...ended, cancelled, failing].map(({ taskId }) => taskId);
    const { id } = await listen(client, { taskIds }, taking(client));
    await about(client, "cancel", cancelled.taskId);
    await expectTold(client, id, cancelled.taskId, "cancelled");
    await release(client, "end: ask");
    await expectTold(client, id, failing.taskId, "input_required");
    await about(client, "cancel", failing.taskId);
    await expectTold(client, id, failing.taskId, "cancelled");
    await close(client, id);
  },
  "tasks-extension.notified-agreed": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "agreed" });
    const other = await start(client, "task_wait", { key: "agreed" });
    const asked = { taskIds: ["nothing", taskId], toolsListChanged: true };
    const { id, acknowledged } = await listen(client, asked, taking(client));
    expect(acknowledged.params).toHaveProperty("notifications", {
      taskIds: [taskId],
      toolsListChanged: true,
    });
    await about(client, "cancel", other.taskId);
    await release(client, "agreed");
    const told = await client.peer.next(isTask(id, "completed"));
    expect(told.params).toMatchObject({ taskId });
    expect((await client.settled()).filter(({ params }) => params?.["taskId"] === other.taskId)).toEqual([]);
    await close(client, id);
  },
  "tasks-extension.notified-undeclared": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "unheard" });
    const notifications = { taskIds: [taskId], toolsListChanged: true };
    expect(await client.request("subscriptions/listen", { notifications })).toMatchObject(UNDECLARED);
    await release(client, "unheard");
  },
  "tasks-extension.nothing-else-told": async ({ client }) => {
    const key = "told";
    await client.settled();
    const talkative = { progressToken: "of a task", "io.modelcontextprotocol/logLevel": "debug" };
    const waiting = await start(client, "task_steps", { key });
    const { taskId } = await start(client, "task_report", { key }, {}, talkative);
    const taskIds = [taskId, waiting.taskId];
    const { id } = await listen(client, { taskIds }, taking(client, talkative));
    await about(client, "cancel", waiting.taskId);
    await release(client, key);
    const heard = await client.peer.until((message) => isTask(id, "completed")(message));
    const methods = [...heard, ...(await client.settled())].flatMap(({ method }) => method ?? []);
    expect(new Set(methods)).toEqual(new Set(["notifications/tasks"]));
    await close(client, id);
  },
  "tasks-extension.progress": async ({ client }) => {
    const key = "halfway";
    const { taskId } = await start(client, "task_report", { key });
    while ((await get(client, taskId))["statusMessage"] !== "halfway") await nextTurn();
    await release(client, key);
    await reaching(client, taskId, "completed");
  },
} satisfies Behaviours;

function expectNothingOf(result: JsonObject, members: readonly string[]): void {
  for (const member of members) expect(result).not.toHaveProperty(member);
}

/** What a tool of the questions answered its task with. */
function outcomeOf({ result }: Task): unknown {
  return answered({ result: result as JsonObject }); // a completed task has one
}

function isTask(id: RequestId, status: string): Matches {
  return (message) =>
    message.method === "notifications/tasks" && isAbout(id)(message) && message.params?.["status"] === status;
}

/** The notification about a task with that status says what the task is then. */
async function expectTold(client: RawClient, id: RequestId, taskId: string, status: string): Promise<void> {
  const isIt: Matches = (message) => isTask(id, status)(message) && message.params?.["taskId"] === taskId;
  const { params } = await client.peer.next(isIt);
  expect(params).toHaveProperty(["_meta", Meta.subscriptionId], id);
  expect(stateIn(params)).toEqual(stateIn(await get(client, taskId)));
}

/** What there is to a task, without what goes with a result or a notification. */
function stateIn(task: JsonObject | undefined): JsonObject {
  const { _meta: _of, resultType: _result, ...state } = task ?? {};
  return state;
}

/** The key of the one question that was not asked yet. */
async function newKey(client: RawClient, taskId: string, used: readonly string[]): Promise<string> {
  for (;;) {
    const task = await reaching(client, taskId, "input_required");
    const keys = Object.keys(task["inputRequests"] as JsonObject); // an object, as it is asked
    const [key] = keys.filter((one) => !used.includes(one));
    if (key !== undefined) return key;
    await nextTurn();
  }
}
