import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { like } from "@towpath/test-support/like.js";
import { openLink, settled, type Wire } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes, TASKS } from "../../../test/support/tasks.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { ToolError } from "../../server/tools/definition.js";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ann = { id: "ann" };

function one() {
  const nodes = new TaskNodes();
  const node = nodes.node();
  const begin = async (tool: string, client = node.client()): Promise<string> =>
    taskIdIn(await client("tools/call", { name: tool }));
  return { nodes, node, begin, client: node.client() };
}

describe("a tool that is a task", () => {
  it("is answered with a task at once, whose result is there when its handler is done", async () => {
    const { nodes, node, client } = one();
    const done = deferred<string>();
    node.tool("slow", true, () => done.promise);
    const begun = await client("tools/call", { name: "slow" });
    expect(begun?.result).toMatchObject({
      resultType: "task",
      taskId: like(/^[\w-]{26}$/),
      status: "working",
      createdAt: like(TIME),
      lastUpdatedAt: like(TIME),
      ttlMs: 3_600_000,
      pollIntervalMs: 1_000,
    });
    const taskId = taskIdIn(begun);
    await nodes.settle();
    const working = await client("tasks/get", { taskId });
    expect(working?.result).toMatchObject({ resultType: "complete", taskId, status: "working" });
    done.resolve("done");
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      status: "completed",
      result: { content: [{ type: "text", text: "done" }], resultType: "complete" },
    });
  });

  it("runs its handler once the client has its handle", async () => {
    const { nodes, node, begin } = one();
    let ran = false;
    node.tool("eager", true, () => (ran = true));
    await begin("eager");
    expect(ran).toBe(false);
    await nodes.settle();
    expect(ran).toBe(true);
  });

  it("is a plain call to clients that do not take part, whatever params.task says", async () => {
    const { node } = one();
    node.tool("quick", true, () => "here");
    const { stateless } = openLink(node.server);
    const reply = await stateless("tools/call", { name: "quick", task: { ttl: 5 } });
    expect(reply?.result).toMatchObject({ resultType: "complete", content: [{ text: "here" }] });
  });

  it("is refused to them where it is required, before anything is run", async () => {
    const { node } = one();
    let asked = false;
    const before = (): void => {
      asked = true;
    };
    node.tool("long", { required: true, before }, () => "never");
    const { stateless } = openLink(node.server);
    const reply = await stateless("tools/call", { name: "long" });
    expect(reply?.error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { extensions: { [TASKS]: {} } } },
    });
    expect(asked).toBe(false);
  });

  it("has a time to live and a poll interval of its own", async () => {
    const { node, client } = one();
    node.tool("own", { ttlMs: 5_000, pollIntervalMs: 50 }, () => "done");
    const reply = await client("tools/call", { name: "own" });
    expect(reply?.result).toMatchObject({ ttlMs: 5_000, pollIntervalMs: 50 });
  });

  it("becomes no task when the call does not come to its handler", async () => {
    const { node, client } = one();
    const before = (): never => {
      throw new ToolError("closed on Sundays");
    };
    node.tool("shop", { before }, () => "sold");
    const reply = await client("tools/call", { name: "shop" });
    expect(reply?.result).toMatchObject({ resultType: "complete", isError: true });
  });
});

describe("how a task of the extension ends", () => {
  it("is completed with a result that is an error", async () => {
    const { nodes, node, client, begin } = one();
    node.tool("fails", true, () => {
      throw new ToolError("no such note");
    });
    const taskId = await begin("fails");
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      status: "completed",
      result: { isError: true, content: [{ text: "no such note" }] },
    });
  });

  it("is failed with an error of the protocol, as it was thrown", async () => {
    const { nodes, node, client, begin } = one();
    node.tool("refuses", true, () => {
      throw new ProtocolError(-31_500, "not today", { why: "rain" });
    });
    const taskId = await begin("refuses");
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      status: "failed",
      statusMessage: "not today",
      error: { code: -31_500, message: "not today", data: { why: "rain" } },
    });
  });

  it("is cancelled by the client, and stays so whatever its handler does", async () => {
    const { nodes, node, client, begin } = one();
    const [aborted, done] = [deferred<unknown>(), deferred<string>()];
    node.tool("slow", true, ({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve(signal.reason));
      return done.promise;
    });
    const taskId = await begin("slow");
    await nodes.settle();
    expect(await client("tasks/cancel", { taskId })).toMatchObject({ result: { resultType: "complete" } });
    expect(await aborted.promise).toMatchObject({ name: "AbortError" });
    done.resolve("late");
    await nodes.settle();
    const now = await client("tasks/get", { taskId });
    expect(now?.result).toMatchObject({ status: "cancelled" });
    expect(now?.result).not.toHaveProperty("result");
    expect((await client("tasks/cancel", { taskId }))?.error).toBeUndefined();
  });

  it("does not begin what was cancelled before", async () => {
    const { nodes, node, client, begin } = one();
    let ran = false;
    node.tool("eager", true, () => (ran = true));
    await client("tasks/cancel", { taskId: await begin("eager") });
    await nodes.settle();
    expect(ran).toBe(false);
  });
});

describe("the tasks of a caller", () => {
  it("are nobody else's, and look to them like none", async () => {
    const { node, client, begin } = one();
    node.tool("mine", true, () => new Promise<never>(() => undefined));
    const taskId = await begin("mine", node.client(ann));
    const anonymous = await begin("mine");
    const unknown = (await client("tasks/get", { taskId: "A".repeat(24) }))?.error;
    expect(unknown).toMatchObject({ code: -32602, message: like(/^Task not found/) });
    for (const [caller, id] of [
      [client, taskId],
      [node.client({ id: "bob" }), taskId],
      [node.client(ann), anonymous],
    ] as const)
      for (const method of ["tasks/get", "tasks/cancel", "tasks/update"])
        expect((await caller(method, { taskId: id, inputResponses: {} }))?.error).toEqual(unknown);
    expect((await node.client(ann)("tasks/get", { taskId }))?.result).toMatchObject({ status: "working" });
  });

  it("are refused to clients that did not declare the extension, and what is no taskId to all", async () => {
    const { node, client } = one();
    node.tool("any", true, () => "done");
    const { stateless } = openLink(node.server);
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      expect((await stateless(method, { taskId: "x" }))?.error?.code).toBe(-32021);
      for (const taskId of [undefined, 5, "", "\ud800", "x".repeat(100_000)])
        expect((await client(method, { taskId, inputResponses: {} }))?.error?.code).toBe(-32602);
    }
  });
});

describe("the questions of a task", () => {
  const ELICITS = { elicitation: { form: {} } };
  const accept = { action: "accept", content: { name: "Ann" } };

  function asking() {
    const nodes = new TaskNodes();
    const node = nodes.node();
    node.tool("ask", true, async (ctx) => {
      const answers = await Promise.all([
        ctx.elicit("Who?", undefined, { key: "who" }),
        ctx.elicit("Where?", undefined, { key: "where" }),
      ]);
      return answers.map(({ action }) => action).join();
    });
    return { nodes, node, client: node.client(undefined, ELICITS) };
  }

  it("are in the task until they are answered, and the handler goes on with what was answered", async () => {
    const { nodes, client } = asking();
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    const asked = await client("tasks/get", { taskId });
    expect(asked?.result).toMatchObject({
      status: "input_required",
      inputRequests: { who: { method: "elicitation/create" }, where: { params: { message: "Where?" } } },
    });
    const some = { who: accept, other: accept };
    expect((await client("tasks/update", { taskId, inputResponses: some }))?.result).toMatchObject({
      resultType: "complete",
    });
    await nodes.settle();
    const left = (await client("tasks/get", { taskId }))?.result;
    expect(Object.keys(left?.["inputRequests"] as object)).toEqual(["where"]);
    const rest = { who: { action: "cancel" }, where: { action: "decline" } };
    await client("tasks/update", { taskId, inputResponses: rest });
    await nodes.settle();
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({
      status: "completed",
      result: { content: [{ text: "accept,decline" }] },
    });
  });

  it("take nothing that is no answer", async () => {
    const { nodes, client } = asking();
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    for (const inputResponses of [
      undefined,
      [],
      "x",
      { who: "Ann" },
      { who: {} },
      { who: { action: "perhaps" } },
    ])
      expect((await client("tasks/update", { taskId, inputResponses }))?.error?.code).toBe(-32602);
    expect((await client("tasks/get", { taskId }))?.result).toMatchObject({ status: "input_required" });
  });

  it("are over with the task", async () => {
    const { nodes, client } = asking();
    const taskId = taskIdIn(await client("tools/call", { name: "ask" }));
    await nodes.settle();
    await client("tasks/cancel", { taskId });
    expect((await client("tasks/get", { taskId }))?.result).not.toHaveProperty("inputRequests");
    expect(
      (await client("tasks/update", { taskId, inputResponses: { who: accept } }))?.error,
    ).toBeUndefined();
  });
});

describe("the progress of a task", () => {
  it("is its status message, and its numbers are beside it", async () => {
    const { nodes, node, client, begin } = one();
    const [next, end] = [deferred(), deferred()];
    node.tool("steps", true, async (ctx) => {
      await ctx.progress(3, 10);
      await next.promise;
      await ctx.progress(4, 10, "four done");
      await end.promise;
    });
    const taskId = await begin("steps");
    await nodes.settle();
    const shown = async (): Promise<unknown> => (await client("tasks/get", { taskId }))?.result;
    expect(await shown()).toMatchObject({
      statusMessage: "3 of 10",
      _meta: { "dev.towpath/progress": { progress: 3, total: 10 } },
    });
    next.resolve();
    await nodes.pass(200);
    expect(await shown()).toMatchObject({
      statusMessage: "four done",
      _meta: { "dev.towpath/progress": { progress: 4, total: 10, message: "four done" } },
    });
    end.resolve();
    await nodes.settle();
    expect(await shown()).not.toHaveProperty("statusMessage");
  });
});

describe("listening for tasks", () => {
  async function listen(node: ReturnType<TaskNodes["node"]>, taskIds: unknown, capabilities = DECLARED) {
    const sent: Wire[] = [];
    const { stateless, link } = openLink(node.server);
    const params = { notifications: { taskIds: taskIds as string[] } };
    const reply = stateless("subscriptions/listen", params, { sent, capabilities });
    await settled();
    await settled();
    return { sent, reply, end: () => (link.drain(), reply) };
  }

  it("tells of what becomes of those that are there and the caller's, as tasks/get would", async () => {
    const { nodes, node, client, begin } = one();
    const done = deferred<string>();
    node.tool("slow", true, () => done.promise);
    const taskId = await begin("slow");
    const others = await begin("slow", node.client(ann));
    const { sent, end } = await listen(node, [taskId, others, "none", taskId]);
    expect(sent).toMatchObject([{ params: { notifications: { taskIds: [taskId] } } }]);
    await nodes.settle();
    done.resolve("done");
    await nodes.settle();
    await end();
    const { resultType: _t, _meta: _m, ...shown } = (await client("tasks/get", { taskId }))?.result ?? {};
    expect(sent.slice(1, -1)).toMatchObject([{ method: "notifications/tasks", params: shown }]);
    expect(sent[1]?.params).toHaveProperty("result.content", [{ type: "text", text: "done" }]);
  });

  it("is refused for what is no list of ids, for too many, and to clients that do not take part", async () => {
    const { node } = one();
    node.tool("any", true, () => "done");
    for (const ids of ["x", [5], {}, Array.from({ length: 1_025 }, String)])
      expect((await (await listen(node, ids)).reply)?.error?.code).toBe(-32602);
    expect((await (await listen(node, ["x"], {})).reply)?.error?.code).toBe(-32021);
  });
});

describe("a server without a tool that is a task", () => {
  it("declares nothing, and has no methods for tasks", async () => {
    const { node, client } = one();
    node.tool("plain", false, () => "plain");
    const discovered = (await client("server/discover"))?.result?.["capabilities"];
    expect(discovered).not.toHaveProperty("extensions");
    expect((await client("tasks/get", { taskId: "x" }))?.error?.code).toBe(-32601);
    node.tool("task", true, () => "task");
    expect((await client("server/discover"))?.result?.["capabilities"]).toMatchObject(DECLARED);
  });
});
