import type { JsonObject } from "@towpath/mcp-core";
import { expect } from "vitest";
import { MAX_TTL_MS, TASK_ERROR, WAITING } from "../fixtures/reference-task-tools.js";
import { ABLE, isNotification, isResponseTo } from "../harness/client.js";
import type { Message } from "../harness/inbox.js";
import { answered } from "./asking.js";
import type { Behaviours } from "./behaviours.js";
import { allOf, itemNamed } from "./listed.js";
import {
  about,
  answerTo,
  begin,
  expectTimes,
  expectUnguessable,
  get,
  happens,
  question,
  reaching,
  refusal,
  RELATED_TASK,
  release,
  start,
} from "./tasking.js";

const METHODS = ["get", "result", "cancel"] as const;
const ADA = { action: "accept", content: { name: "Ada" } };
const INVALID = { error: { code: -32602, message: expect.stringMatching(/./) as string } };

/** Tools that end in each way, and what becomes of their tasks. */
const ENDINGS = [
  ["task_echo", { text: "done" }, "completed"],
  ["task_fail", { text: "the note is gone" }, "failed"],
  ["task_error", {}, "failed"],
] as const;

export const taskSupport = {
  "tasks.undeclared": async (trial) => {
    const client = await trial.stranger({ bare: true });
    expect(await client.introduce(ABLE)).not.toHaveProperty("result.capabilities.tasks");
    for (const tool of await allOf(client, "tools")) expect(tool).not.toHaveProperty("execution");
    for (const method of ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"]) {
      expect(await client.request(method, { taskId: "any" })).toMatchObject({ error: { code: -32601 } });
    }
  },
  "tasks.ignored": async (trial) => {
    const client = await trial.fresh({ bare: true });
    const params = { name: "echo", arguments: { text: "now" }, task: { ttl: 60_000 } };
    expect(await client.request("tools/call", params)).toMatchObject({
      result: { content: [{ type: "text", text: "now" }] },
    });
  },
  "tasks.older-revisions": async ({ client, introduction }) => {
    expect(introduction).not.toHaveProperty("result.capabilities.tasks");
    for (const tool of await allOf(client, "tools")) expect(tool).not.toHaveProperty("execution");
    const params = { name: "task_echo", arguments: { text: "now" }, task: {} };
    expect(await client.request("tools/call", params)).toMatchObject({
      result: { content: [{ text: "now" }] },
    });
    for (const method of ["tasks/get", "tasks/result", "tasks/list", "tasks/cancel"]) {
      expect(await client.request(method, { taskId: "any" })).toMatchObject({ error: { code: -32601 } });
    }
  },
  "tasks.declared": async ({ introduction }) => {
    expect(introduction).toHaveProperty("result.capabilities.tasks.cancel", {});
    expect(introduction).toHaveProperty("result.capabilities.tasks.requests", { tools: { call: {} } });
  },
  "tasks.list-undeclared": async ({ client, introduction }) => {
    expect(introduction).not.toHaveProperty("result.capabilities.tasks.list");
    expect(await client.request("tasks/list")).toMatchObject({ error: { code: -32601 } });
  },
  "tasks.tool-support": async ({ client }) => {
    const supportOf = async (name: string) => (await itemNamed(client, "tools", name))?.["execution"];
    expect(await supportOf("task_echo")).toEqual({ taskSupport: "optional" });
    expect(await supportOf("task_required")).toEqual({ taskSupport: "required" });
    expect([undefined, { taskSupport: "forbidden" }]).toContainEqual(await supportOf("echo"));
  },
  "tasks.forbidden": async ({ client }) => {
    expect(await begin(client, "echo", { text: "now" })).toMatchObject({ error: { code: -32601 } });
  },
  "tasks.optional": async ({ client }) => {
    expect(await client.text("task_echo", { text: "now" })).toBe("now");
    expect(await begin(client, "task_echo", { text: "now" })).toHaveProperty("result.task.taskId");
  },
  "tasks.required": async ({ client }) => {
    expect(await client.call("task_required", { text: "now" })).toMatchObject({ error: { code: -32601 } });
    expect(await begin(client, "task_required", { text: "now" })).toHaveProperty("result.task.taskId");
  },
} satisfies Behaviours;

export const taskLives = {
  "tasks.created": async ({ client }) => {
    const { result } = await begin(client, "task_wait", { key: "created" });
    expect(result).toMatchObject({
      task: {
        taskId: expect.any(String) as string,
        status: "working",
        ttl: WAITING.ttlMs,
        pollInterval: WAITING.pollIntervalMs,
      },
    });
    expect(result).not.toHaveProperty("content");
    expectTimes(result?.["task"] as JsonObject);
    await release(client, "created");
  },
  "tasks.ids": async ({ client }) => {
    const begun = Array.from({ length: 20 }, () => start(client, "task_echo", { text: "id" }));
    expectUnguessable((await Promise.all(begun)).map(({ taskId }) => taskId));
  },
  "tasks.begins-working": async ({ client }) => {
    const calls = [...ENDINGS, ["task_ask", {}], ["task_echo", { text: 5 }]] as const;
    for (const [tool, args] of calls) {
      expect([tool, (await start(client, tool, args)).status]).toEqual([tool, "working"]);
    }
  },
  "tasks.life-cycle": async ({ client }) => {
    const key = "life-cycle";
    const { taskId, status } = await start(client, "task_steps", { key });
    expect(status).toBe("working");
    await release(client, `${key}: ask`);
    await reaching(client, taskId, "input_required");
    const resulting = client.send("tasks/result", { taskId });
    answerTo(client, await question(client), ADA);
    await reaching(client, taskId, "working");
    await release(client, `${key}: end`);
    await reaching(client, taskId, "completed");
    expect(await client.response(resulting)).toMatchObject({ result: { content: [{ text: "accept" }] } });
  },
  "tasks.terminal": async ({ client }) => {
    for (const [tool, args, status] of ENDINGS) {
      const { taskId } = await start(client, tool, args);
      const ended = await reaching(client, taskId, status);
      await about(client, "cancel", taskId);
      expect(await get(client, taskId)).toEqual(ended);
    }
  },
  "tasks.times": async ({ client }) => {
    const key = "times";
    const created = await start(client, "task_wait", { key });
    const { createdAt, taskId } = created;
    const working = await get(client, taskId);
    const { result: cancelled } = await about(client, "cancel", taskId);
    for (const task of [created, working, cancelled ?? {}, await get(client, taskId)]) {
      expect(task["createdAt"]).toBe(createdAt);
      expectTimes(task);
    }
  },
  "tasks.ttl": async ({ client }) => {
    for (const [asked, granted] of [
      [5000, 5000],
      [10 * MAX_TTL_MS, MAX_TTL_MS],
    ] as const) {
      const created = await start(client, "task_wait", { key: "ttl" }, { ttl: asked });
      expect([created["ttl"], (await get(client, created.taskId))["ttl"]]).toEqual([granted, granted]);
    }
    expect(await begin(client, "task_wait", { key: "ttl" }, { ttl: "long" })).toMatchObject(INVALID);
    await release(client, "ttl");
  },
  "tasks.expires": async ({ client }) => {
    const { taskId } = await start(client, "task_brief");
    expect(await refusal(client, taskId)).toMatchObject(INVALID);
    expect(await about(client, "result", taskId)).toMatchObject(INVALID);
  },
  "tasks.unknown": async ({ client }) => {
    for (const method of METHODS) {
      for (const taskId of ["nothing", "", 5, null]) {
        expect(await about(client, method, taskId)).toMatchObject(INVALID);
      }
    }
  },
  "tasks.source-of-truth": async ({ client }) => {
    const [one, other] = [
      await start(client, "task_echo", { text: "one" }),
      await start(client, "task_wait", { key: "source" }),
    ];
    const misleading = { [RELATED_TASK]: { taskId: other.taskId } };
    expect(await about(client, "get", one.taskId, {}, misleading)).toMatchObject({
      result: { taskId: one.taskId },
    });
    expect(await about(client, "result", one.taskId, {}, misleading)).toMatchObject({
      result: { content: [{ text: "one" }] },
    });
    expect(await about(client, "cancel", one.taskId, {}, misleading)).toMatchObject(INVALID);
    expect((await get(client, other.taskId)).status).toBe("working");
    await release(client, "source");
  },
  "tasks.no-metadata": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "metadata" });
    const answers = [await about(client, "get", taskId), await about(client, "cancel", taskId)];
    for (const { result } of answers) {
      expect(result).toMatchObject({ taskId });
      expect(result?.["_meta"] ?? {}).not.toHaveProperty([RELATED_TASK]);
    }
  },
} satisfies Behaviours;

export const taskResults = {
  "tasks.result": async ({ client }) => {
    const { taskId } = await start(client, "task_echo", { text: "word" });
    const first = await about(client, "result", taskId);
    expect(first.result).toEqual({
      content: [{ type: "text", text: "word" }],
      structuredContent: { text: "word" },
      _meta: { "io.example/length": 4, [RELATED_TASK]: { taskId } },
    });
    expect((await about(client, "result", taskId)).result).toEqual(first.result);
  },
  "tasks.result-blocks": async ({ client }) => {
    const key = "blocks";
    const { taskId } = await start(client, "task_wait", { key });
    const resulting = client.send("tasks/result", { taskId });
    expect((await client.settled()).filter(isResponseTo(resulting))).toEqual([]);
    expect((await get(client, taskId)).status).toBe("working");
    await release(client, key);
    expect(await client.response(resulting)).toMatchObject({
      result: { content: [{ text: `released ${key}` }], _meta: { [RELATED_TASK]: { taskId } } },
    });
  },
  "tasks.result-error": async ({ client }) => {
    const { taskId } = await start(client, "task_error");
    const failed = await reaching(client, taskId, "failed");
    expect(failed["statusMessage"]).toContain(TASK_ERROR.message);
    expect((await about(client, "result", taskId)).error).toEqual(TASK_ERROR);
  },
  "tasks.result-is-error": async ({ client }) => {
    const { taskId } = await start(client, "task_fail", { text: "the note is gone" });
    const failed = await reaching(client, taskId, "failed");
    expect(failed["statusMessage"]).toContain("the note is gone");
    expect(await about(client, "result", taskId)).toMatchObject({
      result: { isError: true, content: [{ text: "the note is gone" }] },
    });
  },
  "tasks.result-invalid-arguments": async ({ client }) => {
    const { taskId } = await start(client, "task_echo", { text: 5 });
    await reaching(client, taskId, "failed");
    expect(await about(client, "result", taskId)).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining("text") as string }] },
    });
  },
  "tasks.result-given-up": async ({ client }) => {
    const key = "given-up";
    const { taskId } = await start(client, "task_wait", { key });
    const resulting = client.send("tasks/result", { taskId });
    client.cancel(resulting);
    await release(client, key);
    await reaching(client, taskId, "completed");
    expect((await client.settled()).filter(isResponseTo(resulting))).toEqual([]);
    expect(await about(client, "result", taskId)).toHaveProperty("result.content");
  },
  "tasks.input-required": async ({ client }) => {
    const { taskId } = await start(client, "task_ask");
    await reaching(client, taskId, "input_required");
    const resulting = client.send("tasks/result", { taskId });
    const asked = await question(client);
    expect(asked).toMatchObject({
      method: "elicitation/create",
      params: { message: "Who?", _meta: { [RELATED_TASK]: { taskId } } },
    });
    answerTo(client, asked, { ...ADA, _meta: { [RELATED_TASK]: { taskId } } });
    expect(answered(await client.response(resulting))).toEqual(ADA);
  },
  "tasks.input-together": async ({ client }) => {
    const { taskId } = await start(client, "task_ask_two");
    const resulting = client.send("tasks/result", { taskId });
    const asked = [await question(client), await question(client)];
    expect(asked.map(({ params }) => params?.["message"]).sort()).toEqual(["First?", "Second?"]);
    for (const one of asked) {
      expect(one.params).toHaveProperty(["_meta", RELATED_TASK], { taskId });
      expect((await get(client, taskId)).status).toBe("input_required");
      answerTo(client, one, { action: "decline" });
    }
    expect(answered(await client.response(resulting))).toEqual({
      first: { action: "decline" },
      second: { action: "decline" },
    });
  },
  "tasks.input-asked-again": async ({ client }) => {
    const { taskId } = await start(client, "task_ask");
    const givenUp = client.send("tasks/result", { taskId });
    const asked = await question(client);
    client.cancel(givenUp);
    await client.settled();
    expect((await get(client, taskId)).status).toBe("input_required");
    const resulting = client.send("tasks/result", { taskId });
    const again = await question(client);
    expect(again.params).toMatchObject({ message: asked.params?.["message"] });
    answerTo(client, again, ADA);
    expect(answered(await client.response(resulting))).toEqual(ADA);
  },
} satisfies Behaviours;

export const taskEnds = {
  "tasks.cancel": async ({ client }) => {
    const key = "cancel";
    const { taskId } = await start(client, "task_wait", { key });
    await happens(client, `begun ${key}`);
    const { result } = await about(client, "cancel", taskId);
    expect(result).toMatchObject({ taskId, status: "cancelled", ttl: WAITING.ttlMs });
    expect((await get(client, taskId)).status).toBe("cancelled");
    await happens(client, `aborted ${key}`);
  },
  "tasks.cancel-asking": async ({ client }) => {
    const { taskId } = await start(client, "task_ask");
    await reaching(client, taskId, "input_required");
    expect(await about(client, "cancel", taskId)).toMatchObject({ result: { status: "cancelled" } });
    expect((await get(client, taskId)).status).toBe("cancelled");
  },
  "tasks.cancel-terminal": async ({ client }) => {
    for (const [tool, args, status] of ENDINGS) {
      const { taskId } = await start(client, tool, args);
      await reaching(client, taskId, status);
      expect(await about(client, "cancel", taskId)).toMatchObject(INVALID);
    }
    const { taskId } = await start(client, "task_wait", { key: "twice" });
    expect(await about(client, "cancel", taskId)).toHaveProperty("result");
    expect(await about(client, "cancel", taskId)).toMatchObject(INVALID);
  },
  "tasks.cancel-stays": async ({ client }) => {
    const key = "stays";
    const { taskId } = await start(client, "task_wait", { key, stubborn: true });
    await happens(client, `begun ${key}`);
    await about(client, "cancel", taskId);
    await happens(client, `aborted ${key}`);
    await release(client, key);
    await happens(client, `ended ${key}`);
    await client.settled();
    expect((await get(client, taskId)).status).toBe("cancelled");
  },
  "tasks.cancel-result": async ({ client }) => {
    const { taskId } = await start(client, "task_wait", { key: "result" });
    const resulting = client.send("tasks/result", { taskId });
    await about(client, "cancel", taskId);
    expect(await client.response(resulting)).toHaveProperty("error");
    expect(await about(client, "result", taskId)).toHaveProperty("error");
  },
  "tasks.not-by-notification": async ({ client }) => {
    const key = "by-notification";
    const params = { name: "task_wait", arguments: { key }, task: {} };
    const calling = client.send("tools/call", params);
    const { result } = await client.response(calling);
    const { taskId } = result?.["task"] as { readonly taskId: string };
    client.cancel(calling);
    await client.settled();
    expect((await get(client, taskId)).status).toBe("working");
    await release(client, key);
    await reaching(client, taskId, "completed");
  },
  "tasks.status-notifications": async ({ client }) => {
    const key = "notified";
    const { taskId } = await start(client, "task_wait", { key });
    await release(client, key);
    const { params } = await client.peer.next(
      (message) => isStatus(message) && message.params?.["taskId"] === taskId && isCompleted(message),
    );
    expect(params).toEqual(await get(client, taskId));
  },
  "tasks.progress": async ({ client }) => {
    const key = "progress";
    const progressToken = "of a task";
    const { taskId } = await start(client, "task_report", { key }, {}, { progressToken });
    const told = await client.peer.next(isProgress);
    expect(told.params).toEqual({
      progressToken,
      progress: 1,
      total: 2,
      message: "halfway",
      _meta: { [RELATED_TASK]: { taskId } },
    });
    await release(client, key);
    await reaching(client, taskId, "completed");
    expect((await client.settled()).filter(isProgress)).toEqual([]);
  },
  "tasks.progress-only-asked": async ({ client }) => {
    const key = "unasked";
    await client.settled();
    const { taskId } = await start(client, "task_report", { key });
    await release(client, key);
    await reaching(client, taskId, "completed");
    const heard = (await client.settled()).map(({ method }) => method);
    expect(heard).not.toContain("notifications/progress");
    expect(heard).not.toContain("notifications/message");
  },
} satisfies Behaviours;

const isStatus = isNotification("notifications/tasks/status");
const isProgress = isNotification("notifications/progress");

function isCompleted({ params }: Message): boolean {
  return params?.["status"] === "completed";
}
