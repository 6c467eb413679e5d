import { beforeAll, describe, expect, it } from "vitest";
import { connectedClient, type ConnectedClient } from "../../../../test/support/connected-client.js";
import { gate } from "../../../../test/support/gate.js";
import type { Wire } from "../../../../test/support/link.js";
import { legacy, modern } from "../../../../test/support/scripted-server.js";
import { calm, decline, form as question, loadTasks } from "../../../../test/support/scripted-tasks.js";
import type { McpClientOptions } from "../../../client/options.js";
import type { JsonObject } from "../../../jsonrpc/messages.js";
import { ProtocolError } from "../../../jsonrpc/errors.js";
import { Meta } from "../../../protocol/meta.js";
import type { ElicitResult } from "../../../protocol/question-types.js";
import { RELATED_TASK } from "../../wire.js";
import { MAX_RECEIVED_TASKS, MAX_RECEIVED_TTL_MS } from "./received-tasks.js";

beforeAll(loadTasks);

const HOUR = 3_600_000;
const elicit = decline;
const sample = () => ({ role: "assistant", model: "m", content: { type: "text", text: "Hi" } }) as const;
const form = question.params;
const messages = { messages: [{ role: "user", content: { type: "text", text: "?" } }], maxTokens: 5 };

interface Asking extends ConnectedClient {
  /** Asks the client, and settles with what it answers at once, if it does. */
  ask(method: string, params?: JsonObject): Promise<Wire | undefined>;
  /** The task a form was made. */
  create(more?: JsonObject): Promise<JsonObject>;
}

async function asking(options: McpClientOptions = { elicit }, revision?: string): Promise<Asking> {
  const connected = await connectedClient(legacy(undefined, { tools: {} }, revision), options);
  let ids = 0;
  const ask: Asking["ask"] = async (method, params = {}) => {
    const id = `q${String(++ids)}`;
    connected.end.send({ jsonrpc: "2.0", id, method, params });
    await calm();
    return connected.end.received.find((message) => message.id === id);
  };
  const create: Asking["create"] = async (more = {}) => {
    const answer = await ask("elicitation/create", { ...form, task: more });
    return answer?.result?.["task"] as JsonObject;
  };
  return { ...connected, ask, create };
}

describe("what a client declares to take as tasks", () => {
  const declared = async (options: McpClientOptions): Promise<unknown> => {
    const { client, end } = await connectedClient(legacy(undefined, {}, options.revisions?.[0]), options);
    await client.close();
    const initialize = end.received.find(({ method }) => method === "initialize");
    return (initialize?.params?.["capabilities"] as JsonObject)["tasks"];
  };
  const all = { list: {}, cancel: {} };

  it.each([
    ["questions to users", { elicit }, { ...all, requests: { elicitation: { create: {} } } }],
    ["URLs", { openUrl: elicit }, { ...all, requests: { elicitation: { create: {} } } }],
    ["questions to models", { sample }, { ...all, requests: { sampling: { createMessage: {} } } }],
    [
      "both",
      { elicit, sample },
      { ...all, requests: { elicitation: { create: {} }, sampling: { createMessage: {} } } },
    ],
    ["nothing", { roots: [] }, undefined],
    ["nothing where tasks are off", { elicit, tasks: false }, undefined],
    ["nothing in earlier revisions", { elicit, revisions: ["2025-06-18"] }, undefined],
  ] as const)("follows from its handlers: %s", async (_, options, expected) => {
    expect(await declared(options)).toEqual(expected);
  });

  it("is nothing in the stateless era", async () => {
    const { client, end } = await connectedClient(modern(), { elicit, sample });
    const meta = end.received[0]?.params?.["_meta"] as JsonObject;
    expect(meta[Meta.clientCapabilities]).not.toHaveProperty("tasks");
    await client.close();
  });
});

describe("a question that is asked as a task", () => {
  it("is answered with the task at once, and its result is there when the handler has answered", async () => {
    const answer = gate<ElicitResult>();
    const { client, ask, create, end } = await asking({ elicit: () => answer.promise });
    const created = await create();
    expect(created).toMatchObject({ status: "working", ttl: HOUR, pollInterval: 1_000 });
    const { taskId = "" } = created;
    expect(taskId).toMatch(/^[0-9a-f]{32}$/);
    const waiting = ask("tasks/result", { taskId });
    expect(await waiting).toBeUndefined();
    answer.open({ action: "accept", content: {} });
    await calm();
    const result = end.received.findLast(({ result }) => result?.["action"] !== undefined);
    expect(result?.result).toEqual({ action: "accept", content: {}, _meta: { [RELATED_TASK]: { taskId } } });
    expect((await ask("tasks/get", { taskId }))?.result).toMatchObject({ taskId, status: "completed" });
    await client.close();
  });

  it("may be one for a model", async () => {
    const { client, ask } = await asking({ sample });
    const created = await ask("sampling/createMessage", { ...messages, task: {} });
    const { taskId = "" } = created?.result?.["task"] as JsonObject;
    expect((await ask("tasks/result", { taskId }))?.result).toMatchObject({ model: "m" });
    await client.close();
  });

  it("goes to the handler without what makes it a task", async () => {
    const seen: unknown[] = [];
    const { client, create } = await asking({
      elicit: (request) => {
        seen.push(request);
        return { action: "decline" };
      },
    });
    await create({ ttl: 5 });
    expect(seen).toEqual([form]);
    await client.close();
  });

  it("tells the server when it has ended", async () => {
    const { client, create, end } = await asking();
    const { taskId } = await create();
    expect(
      end.received.findLast(({ method }) => method === "notifications/tasks/status")?.params,
    ).toMatchObject({
      taskId,
      status: "completed",
    });
    await client.close();
  });

  it("is refused at once when it is malformed, or was not declared", async () => {
    const { client, ask } = await asking();
    const malformed = await ask("elicitation/create", { message: 7, task: {} });
    expect(malformed?.error?.code).toBe(-32602);
    expect((await ask("elicitation/create", { ...form, task: { ttl: "1" } }))?.error?.message).toMatch(
      /params.task.ttl must be a number of ms, not "1"/,
    );
    expect((await ask("sampling/createMessage", { ...messages, task: {} }))?.error?.code).toBe(-32601);
    expect((await ask("tasks/list"))?.result).toEqual({ tasks: [] });
    await client.close();
  });

  it("has failed when its handler fails, which the author is told and the server is not", async () => {
    const reported: unknown[] = [];
    const failure = new Error("secret");
    const { client, ask, create } = await asking({
      elicit: () => {
        throw failure;
      },
      onError: (error) => void reported.push(error),
    });
    const { taskId = "" } = await create();
    expect((await ask("tasks/get", { taskId }))?.result).toMatchObject({
      status: "failed",
      statusMessage: "Internal error",
    });
    expect((await ask("tasks/result", { taskId }))?.error).toEqual({
      code: -32603,
      message: "Internal error",
    });
    expect(reported).toEqual([failure]);
    await client.close();
  });

  it("fails with the error a handler means for the server", async () => {
    const { client, ask, create } = await asking({
      elicit: () => {
        throw new ProtocolError(-1, "The user says no");
      },
    });
    const { taskId = "" } = await create();
    expect((await ask("tasks/result", { taskId }))?.error).toEqual({ code: -1, message: "The user says no" });
    await client.close();
  });

  it("can be cancelled while it goes on, and not once it has ended", async () => {
    let signal: AbortSignal | undefined;
    const { client, ask, create } = await asking({
      elicit: (_, ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      },
    });
    const { taskId = "" } = await create();
    expect((await ask("tasks/cancel", { taskId }))?.result).toMatchObject({ taskId, status: "cancelled" });
    expect(signal?.aborted).toBe(true);
    const again = await ask("tasks/cancel", { taskId });
    expect(again?.error).toMatchObject({
      code: -32602,
      message: "The task has ended already: it is cancelled",
    });
    expect((await ask("tasks/result", { taskId }))?.error?.message).toMatch(/was cancelled/);
    await client.close();
  });

  it.each(["tasks/get", "tasks/result", "tasks/cancel"])(
    "is unknown to %s under any other id",
    async (method) => {
      const { client, ask } = await asking();
      expect((await ask(method, { taskId: "?" }))?.error?.code).toBe(-32602);
      expect((await ask(method, {}))?.error?.code).toBe(-32602);
      await client.close();
    },
  );

  it("is on the list, of which there is one page", async () => {
    const { client, ask, create } = await asking();
    const ids = [(await create())["taskId"], (await create())["taskId"]];
    const tasks = (await ask("tasks/list"))?.result?.["tasks"] as readonly JsonObject[];
    expect(tasks.map(({ taskId }) => taskId)).toEqual(ids);
    expect((await ask("tasks/list", { cursor: "x" }))?.error?.code).toBe(-32602);
    await client.close();
  });

  it.each([
    ["as long as the server asks", { ttl: 5_000 }, 5_000],
    ["for an hour at most", { ttl: 10 * HOUR }, MAX_RECEIVED_TTL_MS],
    ["for an hour where it does not say", {}, MAX_RECEIVED_TTL_MS],
  ])("is kept %s", async (_, asked, ttl) => {
    const { client, clock, ask, create } = await asking();
    const { taskId = "", ...task } = await create(asked);
    expect(task["ttl"]).toBe(ttl);
    clock.advance(ttl - 1);
    expect((await ask("tasks/get", { taskId }))?.result).toBeDefined();
    clock.advance(1);
    expect((await ask("tasks/get", { taskId }))?.error?.code).toBe(-32602);
    await client.close();
  });

  it("is refused while too many are kept", async () => {
    const { client, clock, ask, create } = await asking();
    for (let n = 0; n < MAX_RECEIVED_TASKS; n += 1) await create({ ttl: 1_000 });
    const refused = await ask("elicitation/create", { ...form, task: {} });
    expect(refused?.error?.code).toBe(-31001);
    clock.advance(1_000);
    expect(await create()).toMatchObject({ status: "working" });
    await client.close();
  });

  it("gives way, once its result was fetched or it was cancelled, when there are too many", async () => {
    const { client, ask, create } = await asking();
    const first = await create();
    for (let n = 1; n < MAX_RECEIVED_TASKS; n += 1) await create();
    await ask("tasks/result", { taskId: first["taskId"] ?? "" });
    expect(await create()).toMatchObject({ status: "working" });
    expect((await ask("tasks/get", { taskId: first["taskId"] ?? "" }))?.error?.code).toBe(-32602);
    expect((await ask("elicitation/create", { ...form, task: {} }))?.error?.code).toBe(-31001);
    await client.close();
  });

  it("keeps calls in flight from counting as idle while the handler works on it", async () => {
    const { client, clock, create } = await asking({ elicit: () => new Promise(() => undefined) });
    let outcome: unknown;
    client.callTool("slow").catch((error: unknown) => (outcome = error));
    await calm();
    await create();
    clock.advance(10 * 60_000);
    await calm();
    expect(outcome).toBeUndefined();
    await client.close();
  });

  it("is put to nobody once the client is closed", async () => {
    let asked = 0;
    const { client, clock, end } = await asking({
      elicit: () => {
        asked += 1;
        return { action: "decline" };
      },
    });
    end.send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: { ...form, task: {} } });
    await client.close();
    await calm();
    expect(asked).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("is stopped when the client is closed", async () => {
    let signal: AbortSignal | undefined;
    const { client, create } = await asking({
      elicit: (_, ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      },
    });
    await create();
    await client.close();
    expect(signal?.aborted).toBe(true);
  });
});

describe("a question that is asked as a task where there are none", () => {
  it.each([
    ["in an earlier revision", { elicit }, "2025-06-18"],
    ["of a client that has them turned off", { elicit, tasks: false }, undefined],
  ])("is answered like any other: %s", async (_, options, revision) => {
    const { client, ask } = await asking(options, revision);
    expect((await ask("elicitation/create", { ...form, task: {} }))?.result).toEqual({ action: "decline" });
    expect((await ask("tasks/list"))?.error?.code).toBe(-32601);
    await client.close();
  });
});
