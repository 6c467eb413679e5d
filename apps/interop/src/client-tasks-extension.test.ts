import {
  InvalidResultError,
  Meta,
  TaskCancelledError,
  type JsonObject,
  type McpClientOptions,
} from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { TASKS } from "./behaviours/tasking.js";
import { metaOf, withClient, type Answer, type Script } from "./harness/scripted-server.js";
import { EXTENDED, extended, inTurn, pass, POLL_MS, TASK_ID } from "./harness/scripted-tasks.js";
import { req } from "./requirements/index.js";

const CONTENT = { content: [{ type: "text", text: "done" }] };
const DONE: Answer = { result: { resultType: "complete", ...CONTENT } };
const CREATED: Answer = { result: extended("working", { resultType: "task", pollIntervalMs: 50 }) };
const COMPLETED: Answer = { result: extended("completed", { result: CONTENT }) };
const ACKNOWLEDGED: Answer = { result: { resultType: "complete" } };
const DECLARED = [Meta.clientCapabilities, "extensions", TASKS];
const ADA = { action: "accept" as const, content: { name: "Ada" } };
const NAME = { type: "object", properties: { name: { type: "string" } } };

/** Nobody is told of tasks. */
const UNHEARD: Script = {
  "subscriptions/listen": () => ({ error: { code: -32601, message: "Method not found" } }),
};

/** How long a client gathers tasks before it listens for them, in ms. */
const LISTENS_MS = 100;

const form = (message: string) => ({
  method: "elicitation/create",
  params: { mode: "form", message, requestedSchema: NAME },
});

/** A task that asks these questions, at once answered again. */
const asking = (...messages: readonly string[]): Answer => {
  const inputRequests = Object.fromEntries(messages.map((message) => [message, form(message)]));
  return { result: extended("input_required", { inputRequests, pollIntervalMs: 50 }) };
};

async function connected(script: Script, options: McpClientOptions = {}) {
  const usual: Script = { "tools/call": () => CREATED, "tasks/cancel": () => ACKNOWLEDGED };
  const { client, server } = await withClient("2026-07-28", { ...usual, ...script }, options, EXTENDED);
  onTestFinished(() => client.close());
  const sent = (method: string) => server.received.filter((message) => message.method === method);
  return { client, server, sent };
}

describe("a client with the tasks extension", () => {
  it(req("tasks-extension.client-declares"), async () => {
    const { client, server } = await connected({ "tasks/get": () => COMPLETED });
    await client.callTool("work");
    const requests = server.received.filter(({ id }) => id !== undefined);
    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const message of requests) expect(metaOf(message)).toHaveProperty(DECLARED, {});
    const without = await connected({ "tools/call": () => DONE }, { tasks: false });
    await without.client.callTool("work");
    for (const message of without.server.received) expect(metaOf(message)).not.toHaveProperty(DECLARED);
  });

  it(req("tasks-extension.client-either"), async () => {
    const { client, sent } = await connected({
      ...inTurn("tools/call", DONE, CREATED),
      "tasks/get": () => COMPLETED,
    });
    expect(await client.callTool("work")).toMatchObject(CONTENT);
    expect(sent("tasks/get")).toEqual([]);
    expect(await client.callTool("work")).toMatchObject(CONTENT);
    expect(sent("tasks/get")).toMatchObject([{ params: { taskId: TASK_ID } }]);
  });

  it(req("tasks-extension.client-unsupported"), async () => {
    const { client } = await connected({ "prompts/get": () => CREATED, "resources/read": () => CREATED });
    await expect(client.getPrompt("one")).rejects.toThrow(InvalidResultError);
    await expect(client.readResource("note://1")).rejects.toThrow(InvalidResultError);
    const without = await connected({}, { tasks: false });
    await expect(without.client.callTool("work")).rejects.toThrow(InvalidResultError);
  });

  it(req("tasks-extension.client-polls"), async () => {
    const clock = new ManualClock();
    const { client, server, sent } = await connected(
      {
        ...UNHEARD,
        "tools/call": () => ({ result: extended("working", { resultType: "task" }) }),
        ...inTurn(
          "tasks/get",
          { result: extended("working") },
          { result: extended("working", { pollIntervalMs: 700 }) },
          COMPLETED,
        ),
      },
      { clock },
    );
    const calling = client.callTool("work");
    await pass(clock, LISTENS_MS);
    await server.next("subscriptions/listen");
    for (const ms of [POLL_MS - LISTENS_MS, POLL_MS, 700]) {
      await pass(clock, ms);
      await server.next("tasks/get");
    }
    expect(await calling).toMatchObject(CONTENT);
    clock.advance(10 * POLL_MS);
    expect(sent("tasks/get")).toHaveLength(3);
  });

  it(req("tasks-extension.client-ends"), async () => {
    const error = { code: -32602, message: "There is no such note", data: { note: 5 } };
    const ending = async (status: string, more: JsonObject = {}) => {
      const { client } = await connected({ "tasks/get": () => ({ result: extended(status, more) }) });
      return client.callTool("work");
    };
    await expect(ending("failed", { error })).rejects.toMatchObject(error);
    const failed = { content: [{ type: "text", text: "gone" }], isError: true };
    expect(await ending("completed", { result: failed })).toMatchObject(failed);
    await expect(ending("cancelled")).rejects.toThrow(TaskCancelledError);
  });

  it(req("tasks-extension.client-answers"), async () => {
    const inputRequests = { who: form("Who?"), where: { method: "roots/list" } };
    const asked = { result: extended("input_required", { inputRequests, pollIntervalMs: 50 }) };
    const roots = [{ uri: "file:///notes" }];
    const { client, sent } = await connected(
      { ...inTurn("tasks/get", asked, COMPLETED), "tasks/update": () => ACKNOWLEDGED },
      { elicit: () => ADA, roots },
    );
    expect(await client.callTool("work")).toMatchObject(CONTENT);
    expect(sent("tasks/update")).toMatchObject([
      { params: { taskId: TASK_ID, inputResponses: { who: ADA, where: { roots } } } },
    ]);
  });

  it(req("tasks-extension.client-answers-once"), async () => {
    const asked: string[] = [];
    const answers = [asking("a"), asking("a", "b"), asking("b"), asking("a", "b"), COMPLETED] as const;
    const { client, sent } = await connected(
      { ...inTurn("tasks/get", asking("a"), ...answers), "tasks/update": () => ACKNOWLEDGED },
      {
        elicit: ({ message }) => {
          asked.push(message);
          return ADA;
        },
      },
    );
    await client.callTool("work");
    expect(asked).toEqual(["a", "b"]);
    expect(sent("tasks/update").map(({ params }) => params?.["inputResponses"])).toEqual([
      { a: ADA },
      { b: ADA },
    ]);
  });

  it(req("tasks-extension.client-cancels"), async () => {
    const { client, server, sent } = await connected({
      "tasks/get": () => ({ result: extended("working") }),
    });
    const giving = new AbortController();
    const calling = client.callTool("work", {}, { signal: giving.signal });
    await server.next("tasks/get");
    giving.abort(new Error("no longer needed"));
    await expect(calling).rejects.toThrow("no longer needed");
    expect(await server.next("tasks/cancel")).toMatchObject({ params: { taskId: TASK_ID } });
    const cancelled = sent("notifications/cancelled").map(({ params }) => params?.["requestId"]);
    expect(cancelled).not.toContain(sent("tools/call")[0]?.id);
  });

  it(req("tasks-extension.client-hears"), async () => {
    const { client, server, sent } = await connected({
      "tasks/get": () => ({ result: extended("working") }),
    });
    const calling = client.callTool("work");
    const { id = null, params } = await server.next("subscriptions/listen");
    expect(params).toMatchObject({ notifications: { taskIds: [TASK_ID] } });
    const say = (method: string, told: JsonObject) =>
      server.say({ jsonrpc: "2.0", method, params: { ...told, _meta: { [Meta.subscriptionId]: id } } });
    say("notifications/subscriptions/acknowledged", { notifications: { taskIds: [TASK_ID] } });
    await server.next("tasks/get");
    const polled = sent("tasks/get").length;
    say("notifications/tasks", extended("completed", { result: CONTENT }));
    expect(await calling).toMatchObject(CONTENT);
    expect(sent("tasks/get").length).toBeLessThanOrEqual(polled + 1);
  });

  it(req("tasks-extension.client-resumes"), async () => {
    const first = await connected({});
    const saved = JSON.stringify(await first.client.startTask("work"));
    await first.client.close();
    const { client, sent } = await connected({ "tasks/get": () => COMPLETED });
    const task = await client.resumeTask(saved);
    expect(await task.result()).toMatchObject(CONTENT);
    expect(sent("tools/call")).toEqual([]);
    expect(sent("tasks/get")).toMatchObject([{ params: { taskId: TASK_ID } }]);
  });
});
