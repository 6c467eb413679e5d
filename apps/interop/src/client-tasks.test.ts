import {
  MissingServerCapabilityError,
  TaskCancelledError,
  type JsonObject,
  type McpClientOptions,
  type TaskSnapshot,
} from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { RELATED_TASK } from "./behaviours/tasking.js";
import { declared } from "./harness/client-answers.js";
import { metaOf, withClient, type Answer, type Script } from "./harness/scripted-server.js";
import {
  EXPERIMENTAL,
  experimental,
  inTurn,
  pass,
  POLL_MS,
  TASK_ID,
  toolsOf,
} from "./harness/scripted-tasks.js";
import { req } from "./requirements/index.js";

const REVISION = "2025-11-25";
const RESULT: Answer = { result: { content: [{ type: "text", text: "done" }] } };
const CREATED: Answer = { result: { task: experimental("working") } };
const TASKS: Script = {
  "tools/list": () => toolsOf("required", "optional", "forbidden", undefined),
  "tools/call": ({ task }) => (task === undefined ? RESULT : CREATED),
};

const ABLE: McpClientOptions = {
  elicit: () => ({ action: "accept", content: { name: "Ada" } }),
  sample: () => ({ role: "assistant", content: { type: "text", text: "Fine." }, model: "a model" }),
};

async function connected(script: Script, options: McpClientOptions = {}, capabilities = EXPERIMENTAL) {
  const { client, server } = await withClient(REVISION, { ...TASKS, ...script }, options, capabilities);
  onTestFinished(() => client.close());
  const sent = (method: string) => server.received.filter((message) => message.method === method);
  return { client, server, sent };
}

describe("a client of a server with tasks", () => {
  it(req("tasks.client-declares"), async () => {
    const tasksOf = async (options: McpClientOptions) =>
      ((await declared(REVISION, options)) as JsonObject)["tasks"]; // what it declares is an object
    expect(await tasksOf(ABLE)).toMatchObject({
      cancel: {},
      requests: { elicitation: { create: {} }, sampling: { createMessage: {} } },
    });
    const { sample } = ABLE;
    const requests = sample && ((await tasksOf({ sample })) as JsonObject)["requests"];
    expect(requests).toEqual({ sampling: { createMessage: {} } });
    expect(await tasksOf({})).toBeUndefined();
    expect(await tasksOf({ ...ABLE, tasks: false })).toBeUndefined();
  });

  it(req("tasks.client-undeclared"), async () => {
    for (const tasks of [undefined, { cancel: {} }, { requests: {} }, { requests: { tools: {} } }]) {
      const { client, sent } = await connected({}, {}, { tools: {}, ...(tasks && { tasks }) });
      await client.callTool("required");
      expect(sent("tools/call").map(({ params }) => params?.["task"])).toEqual([undefined]);
      await expect(client.startTask("optional")).rejects.toThrow(MissingServerCapabilityError);
    }
    const { client, sent } = await connected({}, { tasks: false });
    await client.callTool("required");
    expect(sent("tools/call")[0]?.params).not.toHaveProperty("task");
  });

  it(req("tasks.client-tool-support"), async () => {
    const { client, sent } = await connected({ "tasks/result": () => RESULT });
    for (const tool of ["required", "optional", "forbidden", "plain"]) {
      expect(await client.callTool(tool)).toMatchObject({ content: [{ text: "done" }] });
    }
    const asTasks = sent("tools/call").filter(({ params = {} }) => "task" in params);
    const names = asTasks.map(({ params }) => params?.["name"]);
    expect(names).toContain("required");
    expect(names).not.toContain("forbidden");
    expect(names).not.toContain("plain");
    for (const tool of ["forbidden", "plain"]) await expect(client.startTask(tool)).rejects.toThrow(tool);
    await client.startTask("optional", {}, { ttlMs: 5000 });
    expect(sent("tools/call").at(-1)?.params).toMatchObject({ name: "optional", task: { ttl: 5000 } });
  });

  it(req("tasks.client-polls"), async () => {
    const clock = new ManualClock();
    const polled = inTurn(
      "tasks/get",
      { result: experimental("working", { statusMessage: "halfway" }) },
      { result: experimental("working", { statusMessage: "almost", pollInterval: 500 }) },
      { result: experimental("completed") },
    );
    const { client, server, sent } = await connected(polled, { clock });
    const task = await client.startTask("optional");
    const seen: TaskSnapshot[] = [];
    const watching = (async () => {
      for await (const snapshot of task.updates()) seen.push(snapshot);
    })();
    const { id = null } = await server.next("tasks/result");
    for (const ms of [POLL_MS, POLL_MS, 500]) {
      await pass(clock, ms);
      await server.next("tasks/get");
    }
    expect(sent("tasks/get")).toHaveLength(3);
    server.say({ jsonrpc: "2.0", id, ...RESULT });
    await watching;
    expect(seen.map(({ status, message }) => message ?? status)).toEqual([
      "working",
      "halfway",
      "almost",
      "completed",
    ]);
    expect(await task.result()).toMatchObject({ content: [{ text: "done" }] });
  });

  it(req("tasks.client-unnotified"), async () => {
    const { client, server } = await connected({});
    const calling = client.callTool("required");
    const { id = null } = await server.next("tasks/result");
    const params = experimental("failed", { statusMessage: "of another task", taskId: "task-2" });
    server.say({ jsonrpc: "2.0", method: "notifications/tasks/status", params });
    server.say({ jsonrpc: "2.0", method: "notifications/tasks/status", params: { status: 5 } });
    server.say({ jsonrpc: "2.0", id, ...RESULT });
    expect(await calling).toMatchObject({ content: [{ text: "done" }] });
  });

  it(req("tasks.client-input-required"), async () => {
    const { client, server } = await connected({}, ABLE);
    const calling = client.callTool("required");
    const { id = null } = await server.next("tasks/result");
    const related = { [RELATED_TASK]: { taskId: TASK_ID } };
    const requestedSchema = { type: "object", properties: { name: { type: "string" } } };
    const params = { message: "Who?", requestedSchema, _meta: related };
    server.say({ jsonrpc: "2.0", id: "question", method: "elicitation/create", params });
    expect(await server.nextAnswer()).toMatchObject({
      id: "question",
      result: { action: "accept", _meta: related },
    });
    server.say({ jsonrpc: "2.0", id, ...RESULT });
    expect(await calling).toMatchObject({ content: [{ text: "done" }] });
  });

  it(req("tasks.client-result"), async () => {
    const error = { code: -32602, message: "There is no such note", data: { note: 5 } };
    const ending = async (answer: Answer, status: string) => {
      const task = { result: experimental(status, { statusMessage: "it ended" }) };
      const { client } = await connected({ "tasks/result": () => answer, "tasks/get": () => task });
      return client.callTool("required");
    };
    await expect(ending({ error }, "failed")).rejects.toMatchObject(error);
    const failed = { content: [{ type: "text", text: "gone" }], isError: true };
    expect(await ending({ result: failed }, "failed")).toMatchObject(failed);
    const cancelled = { error: { code: -32600, message: "no result" } };
    await expect(ending(cancelled, "cancelled")).rejects.toThrow(TaskCancelledError);
  });

  it(req("tasks.client-no-metadata"), async () => {
    const get = inTurn("tasks/get", { result: experimental("working") });
    const clock = new ManualClock();
    const cancel = { "tasks/cancel": () => ({ result: experimental("cancelled") }) };
    const { client, server, sent } = await connected({ ...get, ...cancel }, { clock });
    const task = await client.startTask("optional");
    const updates = task.updates();
    await updates.next();
    await server.next("tasks/result");
    await pass(clock, POLL_MS);
    await server.next("tasks/get");
    await task.cancel();
    const about = ["tasks/result", "tasks/get", "tasks/cancel"].flatMap((method) => sent(method));
    expect(about.length).toBeGreaterThanOrEqual(3);
    for (const message of about) {
      expect(message.params).toHaveProperty("taskId", TASK_ID);
      expect(metaOf(message)).not.toHaveProperty([RELATED_TASK]);
    }
    await updates.return(undefined);
  });

  it(req("tasks.client-cancels"), async () => {
    const cancel = { "tasks/cancel": () => ({ result: experimental("cancelled") }) };
    const { client, server, sent } = await connected(cancel);
    const giving = new AbortController();
    const calling = client.callTool("required", {}, { signal: giving.signal });
    await server.next("tasks/result");
    giving.abort(new Error("no longer needed"));
    await expect(calling).rejects.toThrow("no longer needed");
    expect(await server.next("tasks/cancel")).toMatchObject({ params: { taskId: TASK_ID } });
    const call = sent("tools/call")[0]?.id;
    const cancelled = sent("notifications/cancelled").map(({ params }) => params?.["requestId"]);
    expect(cancelled).not.toContain(call);
  });

  it(req("tasks.client-resumes"), async () => {
    const first = await connected({});
    const saved = JSON.stringify(await first.client.startTask("optional"));
    await first.client.close();
    const { client, sent } = await connected({ "tasks/result": () => RESULT });
    const task = await client.resumeTask(saved);
    expect(await task.result()).toMatchObject({ content: [{ text: "done" }] });
    expect(sent("tools/call")).toEqual([]);
    expect(sent("tasks/result")).toMatchObject([{ params: { taskId: TASK_ID } }]);
  });
});
