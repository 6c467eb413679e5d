import { InvalidParamsError, type JsonObject, type McpClientOptions } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectTimes, expectUnguessable, RELATED_TASK } from "./behaviours/tasking.js";
import type { Message } from "./harness/inbox.js";
import { withClient } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const NAME = { type: "object", properties: { name: { type: "string" } } };
const PARAMS = { message: "Who?", requestedSchema: NAME };
const ADA = { action: "accept" as const, content: { name: "Ada" } };
const INVALID = { error: { code: -32602, message: expect.stringMatching(/./) as string } };

/** A client whose user answers when the test has it, and a server that asks. */
async function asking(options: McpClientOptions = {}) {
  let answer: (answer: typeof ADA) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const answered = new Promise<typeof ADA>((resolve, reject) => ([answer, fail] = [resolve, reject]));
  answered.catch(() => undefined);
  const { client, server } = await withClient("2025-11-25", {}, { elicit: () => answered, ...options });
  onTestFinished(() => client.close());
  let ids = 0;
  const request = async (method: string, params: JsonObject): Promise<Message> => {
    server.say({ jsonrpc: "2.0", id: `ask-${String(++ids)}`, method, params });
    return server.nextAnswer();
  };
  const ask = async (task: JsonObject = {}) => {
    const { result, error } = await request("elicitation/create", { ...PARAMS, task });
    if (error !== undefined) throw new Error(error.message);
    return result?.["task"] as JsonObject & { readonly taskId: string }; // as far as tests rely on it
  };
  const about = (method: string, taskId: unknown) => request(`tasks/${method}`, { taskId: taskId as string }); // some are none
  return { client, server, request, ask, about, answer: () => answer(ADA), fail };
}

describe("a client that is asked as a task", () => {
  it(req("tasks.client-receives"), async () => {
    const { ask, about, answer, server } = await asking();
    const task = await ask();
    expect(task).toMatchObject({ status: "working", ttl: expect.any(Number) as number });
    expectTimes(task);
    const { taskId } = task;
    expect((await about("get", taskId)).result).toEqual(task);
    server.say({ jsonrpc: "2.0", id: "result", method: "tasks/result", params: { taskId } });
    expect((await about("get", taskId)).id).not.toBe("result");
    answer();
    expect(await server.nextAnswer()).toEqual({
      jsonrpc: "2.0",
      id: "result",
      result: { ...ADA, _meta: { [RELATED_TASK]: { taskId } } },
    });
    const { result } = await about("get", taskId);
    expect(result).toMatchObject({ taskId, status: "completed", createdAt: task["createdAt"] });
    expect(result?.["_meta"] ?? {}).not.toHaveProperty([RELATED_TASK]);
  });

  it(req("tasks.client-receives-plainly"), async () => {
    for (const [options, task] of [
      [{}, undefined],
      [{ tasks: false }, {}],
    ] as const) {
      const { request, answer } = await asking(options);
      answer();
      const { result } = await request("elicitation/create", { ...PARAMS, ...(task && { task }) });
      expect(result).toEqual(ADA);
    }
  });

  it(req("tasks.client-receives-ids"), async () => {
    const { ask } = await asking();
    const ids: string[] = [];
    for (let count = 0; count < 10; count += 1) ids.push((await ask()).taskId);
    expectUnguessable(ids);
  });

  it(req("tasks.client-receives-cancel"), async () => {
    const { ask, about, answer } = await asking();
    const { taskId } = await ask();
    expect(await about("cancel", taskId)).toMatchObject({ result: { taskId, status: "cancelled" } });
    answer();
    expect(await about("get", taskId)).toMatchObject({ result: { status: "cancelled" } });
    expect(await about("cancel", taskId)).toMatchObject(INVALID);
    expect(await about("result", taskId)).toHaveProperty("error");
    const ended = await ask();
    expect(await about("result", ended.taskId)).toHaveProperty("result.action", "accept");
    expect(await about("cancel", ended.taskId)).toMatchObject(INVALID);
  });

  it(req("tasks.client-receives-failure"), async () => {
    const { ask, about, fail } = await asking();
    const { taskId } = await ask();
    fail(new InvalidParamsError("There is nobody to ask"));
    const { error } = await about("result", taskId);
    expect(error).toMatchObject({ code: -32602, message: "There is nobody to ask" });
    expect(await about("get", taskId)).toMatchObject({
      result: { status: "failed", statusMessage: "There is nobody to ask" },
    });
  });

  it(req("tasks.client-receives-unknown"), async () => {
    const { about } = await asking();
    for (const method of ["get", "result", "cancel"]) {
      for (const taskId of ["nothing", 5, null]) expect(await about(method, taskId)).toMatchObject(INVALID);
    }
  });

  it(req("tasks.client-receives-list"), async () => {
    const { ask, request } = await asking();
    const tasks = [await ask(), await ask()];
    expect((await request("tasks/list", {})).result).toEqual({ tasks });
    expect(await request("tasks/list", { cursor: "nonsense" })).toMatchObject(INVALID);
  });

  it(req("tasks.client-receives-ttl"), async () => {
    const clock = new ManualClock();
    const { ask, about } = await asking({ clock });
    const brief = await ask({ ttl: 5000 });
    const long = await ask({ ttl: 1e12 });
    expect(brief["ttl"]).toBe(5000);
    expect(long["ttl"]).toBeLessThan(1e12);
    expect((await about("get", long.taskId)).result).toHaveProperty("ttl", long["ttl"]);
    clock.advance(5000);
    expect(await about("get", brief.taskId)).toMatchObject(INVALID);
    expect(await about("get", long.taskId)).toHaveProperty("result.status", "working");
  });
});
