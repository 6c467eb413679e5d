import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { handshaken, openLink } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes, type TaskNode } from "../../../test/support/tasks.js";
import { McpServer } from "../../server/server.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";

const ann = { id: "ann" };
const never = (): Promise<never> => new Promise(() => undefined);

function one(tasks = {}) {
  const nodes = new TaskNodes();
  const node = nodes.node(tasks);
  return { nodes, node, client: node.client() };
}

describe("the result of a task", () => {
  it("may be large: it is in a record of its own, for as long as its task", async () => {
    const { nodes, node, client } = one();
    const text = "ä".repeat(100_000);
    node.tool("large", true, () => text);
    const taskId = taskIdIn(await client("tools/call", { name: "large" }));
    await nodes.settle();
    const get = () => client("tasks/get", { taskId });
    expect((await get())?.result).toMatchObject({ result: { content: [{ text }], resultType: "complete" } });
    const { request } = await node.session();
    expect((await request("tasks/result", { taskId }))?.result).toMatchObject({ content: [{ text }] });
    expect(await node.server.state?.records.count("towpath/tasks")).toBe(1);
    await nodes.pass(3_599_000);
    expect((await get())?.result).toMatchObject({ result: { content: [{ text }] } });
    await nodes.pass(2_000);
    expect((await get())?.error?.code).toBe(-32602);
    expect(await node.server.state?.records.count("towpath/tasks")).toBe(0);
  });

  it("is an error that says so where it is larger than it may be, and the author is told", async () => {
    const { nodes, node, client } = one({ maxResultBytes: 1_000 });
    node.tool("large", true, () => "x".repeat(1_000));
    const taskId = taskIdIn(await client("tools/call", { name: "large" }));
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      status: "completed",
      result: { isError: true, content: [{ text: like(/1039 bytes.*1000.*maxResultBytes/) }] },
    });
    expect(node.told).toMatchObject([{ name: "RangeError" }]);
  });

  it("is an error that says so where the state has no room for it", async () => {
    const clock = new ManualClock();
    const told: unknown[] = [];
    const state = memoryState({ clock, maxRecordBytes: 50_000 });
    const server = new McpServer("s", { state, clock, onError: (error) => told.push(error) });
    server.tool("large", { task: true }, () => "x".repeat(100_000));
    const { stateless } = openLink(server);
    const client = (method: string, params: object) =>
      stateless(method, { ...params }, { capabilities: DECLARED });
    const taskId = taskIdIn(await client("tools/call", { name: "large" }));
    for (let turn = 0; turn < 10; turn += 1) {
      clock.advance(0);
      await new Promise(setImmediate);
    }
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      result: { isError: true, content: [{ text: like(/could not be kept.*maxRecordBytes/) }] },
    });
    expect(told).toMatchObject([{ code: "limit-exceeded" }]);
  });

  it("is there for a minute, however late it comes", async () => {
    const { nodes, node, client } = one();
    const done = deferred<string>();
    node.tool("late", { ttlMs: 100_000 }, () => done.promise);
    const taskId = taskIdIn(await client("tools/call", { name: "late" }));
    await nodes.pass(99_000);
    done.resolve("y".repeat(20_000));
    await nodes.settle();
    const get = async () => (await client("tasks/get", { taskId })) ?? {};
    expect((await get()).result?.["ttlMs"]).toBeGreaterThanOrEqual(60_000);
    await nodes.pass(59_000);
    expect((await get()).result).toMatchObject({ result: { content: [{ text: "y".repeat(20_000) }] } });
    await nodes.pass(2_000);
    expect((await get()).error?.code).toBe(-32602);
  });
});

describe("a task whose time is up", () => {
  it("is no more: its handler is aborted, and whoever waits for it is told", async () => {
    const { nodes, node } = one();
    const reasons: unknown[] = [];
    node.tool("slow", true, async ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return never();
    });
    const { request } = await node.session();
    const taskId = taskIdIn(await request("tools/call", { name: "slow", task: { ttl: 5_000 } }));
    const result = request("tasks/result", { taskId });
    await nodes.pass(4_900);
    expect(reasons).toEqual([]);
    expect((await nodes.within(10_000, result))?.error?.code).toBe(-32602);
    expect(reasons).toMatchObject([{ name: "TimeoutError" }]);
    expect(node.told).toEqual([]);
  });
});

describe("how many tasks there may be", () => {
  it("is limited on all nodes together, and further ones are refused as busy", async () => {
    const nodes = new TaskNodes();
    const [here, there] = [nodes.node({ maxTasks: 2 }), nodes.node({ maxTasks: 2 })];
    let runs = 0;
    for (const { tool } of [here, there])
      tool("short", { ttlMs: 10_000 }, () => {
        runs += 1;
        return never();
      });
    const call = (node = here) => node.client()("tools/call", { name: "short" });
    await call(there);
    await call();
    expect((await call())?.error).toMatchObject({ code: -31001, message: like(/^2 tasks are kept/) });
    expect((await call(there))?.error?.code).toBe(-31001);
    await nodes.settle();
    expect(runs).toBe(2);
    await nodes.pass(10_000);
    expect((await call())?.error).toBeUndefined();
  });

  it("is limited for each principal", async () => {
    const { node } = one({ maxTasksPerPrincipal: 1 });
    node.tool("slow", true, never);
    const call = (principal?: { id: string }) => node.client(principal)("tools/call", { name: "slow" });
    await call(ann);
    expect((await call(ann))?.error).toMatchObject({ code: -31001, message: like(/of yours/) });
    expect((await call({ id: "bob" }))?.error).toBeUndefined();
    for (let count = 0; count < 3; count += 1) expect((await call())?.error).toBeUndefined();
  });
});

describe("a task that is refused", () => {
  it("leaves nothing behind, whatever it came to", async () => {
    const { nodes, node } = one({ maxTasks: 1 });
    const before = (): never => {
      throw new Error("x".repeat(20_000));
    };
    node.server.tool("large", { task: { before } }, () => "done");
    const { request } = await node.session();
    const call = () => request("tools/call", { name: "large", task: {} });
    taskIdIn(await call());
    const kept: string[] = [];
    const { set } = nodes.state.records;
    nodes.state.records.set = (id, ...how) => {
      kept.push(id);
      return set.call(nodes.state.records, id, ...how);
    };
    expect((await call())?.error?.code).toBe(-31001);
    expect(kept).toEqual([]);
  });
});

describe("handlers that do not end with their tasks", () => {
  it("are limited", async () => {
    const { nodes, node } = one();
    let running = 0;
    node.tool("stubborn", true, () => {
      running += 1;
      return never();
    });
    const { request } = await node.session();
    const call = () => request("tools/call", { name: "stubborn", task: { ttl: 0 } });
    for (let count = 0; count < 1_024; count += 1) expect((await call())?.error).toBeUndefined();
    await nodes.pass(1_500);
    expect((await call())?.error).toMatchObject({ code: -31001, message: like(/^1024 handlers/) });
    expect(running).toBe(1_024);
  });
});

describe("the answers to the questions of a task", () => {
  const ELICITS = { elicitation: { form: {} } };
  const answerOf = (bytes: number) => ({ action: "decline", _meta: { text: "x".repeat(bytes) } });

  it("may have so many bytes; more are refused, and the question stays", async () => {
    const { nodes, node } = one({ maxResultBytes: 2_000 });
    node.tool("ask", true, async (ctx) => (await ctx.elicit("?", undefined, { key: "k" })).action);
    const client = node.client(undefined, ELICITS);
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    const answer = (bytes: number) =>
      client("tasks/update", { taskId, inputResponses: { k: answerOf(bytes) } });
    expect((await answer(2_000))?.error).toMatchObject({ code: -32602, message: like(/2000 bytes/) });
    expect((await client("tasks/get", { taskId }))?.result?.["status"]).toBe("input_required");
    expect((await answer(1_000))?.error).toBeUndefined();
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result?.["status"]).toBe("completed");
  });

  it("are not kept once they were taken, where they are large", async () => {
    const { nodes, node } = one();
    node.tool("ask", true, async (ctx) => {
      await ctx.elicit("?", undefined, { key: "k" });
      return never();
    });
    const client = node.client(undefined, ELICITS);
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    await client("tasks/update", { taskId, inputResponses: { k: answerOf(100_000) } });
    await nodes.settle();
    const record = await node.server.state?.records.get(`towpath/task/{${taskId}}`);
    expect(record?.value).not.toHaveProperty("answers");
  });
});

describe("the open questions of a task", () => {
  it("may have so many bytes together; what is more is refused to the handler", async () => {
    const { nodes, node } = one({ maxResultBytes: 2_000 });
    node.tool("ask", true, async (ctx) => {
      const asked = ["a", "b"].map((key) => ctx.elicit("?".repeat(900), undefined, { key }));
      const answers = await Promise.all(asked.map((asking) => asking.then(({ action }) => action, nameOf)));
      return answers.join();
    });
    const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
    const client = node.client(undefined, { elicitation: { form: {} } });
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    const got = (await client("tasks/get", { taskId }))?.result;
    expect(Object.keys(got?.["inputRequests"] as object)).toEqual(["a"]);
    await client("tasks/update", { taskId, inputResponses: { a: { action: "decline" } } });
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      result: { content: [{ text: "decline,RangeError" }] },
    });
  });
});

/** What a node does with the records of tasks from now on. */
function callsOf({ view: { records } }: TaskNode): readonly string[] {
  const calls: string[] = [];
  for (const name of ["get", "create", "replace", "set", "delete", "list", "touch"] as const) {
    const call = records[name] as (...how: unknown[]) => unknown;
    Object.assign(records, {
      [name]: (...how: unknown[]) => {
        if (String(how[0]).includes("towpath/task/")) calls.push(name);
        return call(...how);
      },
    });
  }
  return calls;
}

describe("the operations on the state", () => {
  it("are one for a task that begins, one for each time it is asked for, and one for its end", async () => {
    const { nodes, node, client } = one();
    const calls = callsOf(node);
    node.tool("quick", true, () => "done");
    const taskId = taskIdIn(await client("tools/call", { name: "quick" }));
    await client("tasks/get", { taskId });
    await nodes.settle();
    await client("tasks/get", { taskId });
    expect(calls).toEqual(["create", "get", "replace", "get"]);
  });

  it("are none more for whoever waits for the result, while the task goes on", async () => {
    const { nodes, node } = one();
    const done = deferred();
    node.tool("long", true, async (ctx) => {
      for (const step of [1, 2, 3]) await ctx.progress(step, 3);
      await done.promise;
      return "done";
    });
    const { request } = await node.session();
    const taskId = taskIdIn(await request("tools/call", { name: "long", task: {} }));
    const calls = callsOf(node);
    const result = request("tasks/result", { taskId });
    await nodes.pass(1_000);
    const [reads, changes] = ["get", "replace"].map((name) => calls.filter((call) => call === name).length);
    done.resolve();
    await nodes.settle();
    expect((await result)?.result).toMatchObject({ content: [{ text: "done" }] });
    // Two to begin with, and one for each notification that tells of a change.
    expect([reads, changes]).toEqual([2 + 2, 2]);
  });
});

describe("the options of tasks", () => {
  it("are refused where they are none", () => {
    const make = (tasks: object) => () => new McpServer("s", { tasks });
    expect(make({ ttlMs: 0 })).toThrow(
      new RangeError("tasks.ttlMs must be a whole number greater than 0, not 0"),
    );
    expect(make({ maxTasks: Infinity })).toThrow(RangeError);
    expect(make({ maxTasks: 1.5 })).toThrow(RangeError);
    expect(make({ ttlMs: 10, maxTtlMs: 5 })).toThrow(RangeError);
    expect(make({ ttl: 10 })).toThrow(TypeError);
    expect(make({ maxTtlMs: 5 })).not.toThrow();
  });

  it("of a tool are refused when it is registered", () => {
    const server = new McpServer("s");
    const register = (task: unknown) => () => server.tool("t", { task: task as boolean }, () => "x");
    expect(register("optional")).toThrow(
      new TypeError('task of tool "t" must be true, false, "required" or an object, not "optional"'),
    );
    expect(register({ ttlMs: -1 })).toThrow(RangeError);
    expect(register({ pollIntervalMs: "1s" })).toThrow(RangeError);
    expect(register({ required: 1 })).toThrow(TypeError);
    expect(register({ before: 1 })).toThrow(TypeError);
    expect(register({ poll: 1 })).toThrow(TypeError);
    expect(register({ required: false, ttlMs: undefined })).not.toThrow();
  });

  it("hold where there is no shared state, too", async () => {
    const server = new McpServer("s", { tasks: { pollIntervalMs: 7 } });
    server.tool("t", { task: true }, () => "done");
    const { request } = await handshaken(server);
    const begun = await request("tools/call", { name: "t", task: {} });
    expect(begun?.result).toMatchObject({ task: { pollInterval: 7 } });
    const result = await request("tasks/result", { taskId: taskIdIn(begun) });
    expect(result?.result).toMatchObject({ content: [{ text: "done" }] });
  });
});
