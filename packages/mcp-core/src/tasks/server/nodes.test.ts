import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { openLink, settled, type Wire } from "../../../test/support/link.js";
import {
  DECLARED,
  taskIdIn,
  TaskNodes,
  type StatelessClient,
  type TaskNode,
} from "../../../test/support/tasks.js";
import { StateUnavailableError } from "../../state/errors.js";
import type { Context } from "../../server/context.js";

const ELICITS = { elicitation: { form: {} } };
const ann = { id: "ann" };
const accepted = { action: "accept", content: {} };

/** Two nodes of a server whose tool runs until it is told to end. */
function two() {
  const nodes = new TaskNodes();
  const done = deferred<string>();
  const runs: AbortSignal[] = [];
  const handler = ({ signal }: Context): Promise<string> => {
    runs.push(signal);
    return done.promise;
  };
  const ask = async (ctx: Context): Promise<string> =>
    (await ctx.elicit("Who?", undefined, { key: "who" })).action;
  const make = (): TaskNode => {
    const node = nodes.node();
    node.tool("slow", true, handler);
    node.tool("ask", true, ask);
    return node;
  };
  const [here, there] = [make(), make()];
  const [client, elsewhere] = [here.client(undefined, ELICITS), there.client(undefined, ELICITS)];
  const begin = async (name = "slow"): Promise<string> => {
    const taskId = taskIdIn(await client("tools/call", { name }));
    await nodes.settle();
    return taskId;
  };
  return { nodes, here, there, client, elsewhere, done, runs, begin };
}

async function statusOf(client: StatelessClient, taskId: string): Promise<unknown> {
  const { result, error } = (await client("tasks/get", { taskId })) ?? {};
  return result?.["status"] ?? error?.code;
}

describe("a task that runs on another node", () => {
  it("is served like any other", async () => {
    const { nodes, elsewhere, done, begin } = two();
    const taskId = await begin();
    expect(await statusOf(elsewhere, taskId)).toBe("working");
    done.resolve("done");
    await nodes.settle();
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({
      result: { content: [{ text: "done" }] },
    });
  });

  it("is cancelled there, which ends its handler", async () => {
    const { nodes, elsewhere, client, runs, begin } = two();
    const taskId = await begin();
    await elsewhere("tasks/cancel", { taskId });
    await nodes.settle();
    expect(runs.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await statusOf(client, taskId)).toBe("cancelled");
  });

  it("gets its answers from there", async () => {
    const { nodes, elsewhere, begin } = two();
    const taskId = await begin("ask");
    expect(await statusOf(elsewhere, taskId)).toBe("input_required");
    await elsewhere("tasks/update", { taskId, inputResponses: { who: accepted } });
    await nodes.settle();
    expect(await statusOf(elsewhere, taskId)).toBe("completed");
  });

  it("puts its questions through tasks/result there, in 2025-11-25", async () => {
    const { nodes, here, there } = two();
    const begun = await here.session(ELICITS, ann);
    const taskId = taskIdIn(await begun.request("tools/call", { name: "ask", task: {} }));
    const { request, link } = await there.session(ELICITS, ann);
    const sent: Wire[] = [];
    const result = request("tasks/result", { taskId }, { sent });
    await nodes.settle();
    void link.answer({ jsonrpc: "2.0", id: sent[0]?.id ?? "", result: accepted });
    expect((await nodes.within(1_000, result))?.result).toMatchObject({ content: [{ text: "accept" }] });
  });

  it("is told of to who listens there", async () => {
    const { nodes, there, done, begin } = two();
    const taskId = await begin();
    const sent: Wire[] = [];
    const { stateless, link } = openLink(there.server);
    const params = { notifications: { taskIds: [taskId] } };
    const reply = stateless("subscriptions/listen", params, { sent, capabilities: DECLARED });
    await nodes.settle();
    done.resolve("done");
    await nodes.settle();
    expect(sent.slice(1)).toMatchObject([{ params: { taskId, status: "completed" } }]);
    link.drain();
    await reply;
  });
});

describe("changes of a task that meet", () => {
  it("end it once, whoever comes first", async () => {
    const { nodes, client, elsewhere, done, begin } = two();
    for (let round = 0; round < 10; round += 1) {
      const taskId = await begin();
      done.resolve("done");
      const seen: unknown[] = [];
      await Promise.all([
        elsewhere("tasks/cancel", { taskId }),
        client("tasks/cancel", { taskId }),
        nodes.settle(),
      ]);
      for (const caller of [client, elsewhere]) seen.push(await statusOf(caller, taskId));
      expect(seen[0]).toBe(seen[1]);
      expect(["completed", "cancelled"]).toContain(seen[0]);
    }
  });

  it("take one answer to a question, of those that come at the same time", async () => {
    const { nodes, client, elsewhere, begin } = two();
    const taskId = await begin("ask");
    const answer = (caller: StatelessClient, action: string) =>
      caller("tasks/update", { taskId, inputResponses: { who: { action } } });
    await Promise.all([answer(client, "decline"), answer(elsewhere, "cancel"), answer(client, "cancel")]);
    await nodes.settle();
    expect(await statusOf(client, taskId)).toBe("completed");
  });

  it("keep what each of them says", async () => {
    const nodes = new TaskNodes();
    const [here, there] = [nodes.node(), nodes.node()];
    here.tool("both", true, async (ctx) => {
      const asked = ["a", "b", "c"].map((key) => ctx.elicit(key, undefined, { key }));
      for (let step = 1; step <= 5; step += 1) await ctx.progress(step, 5);
      const answers = await Promise.all(asked);
      return answers.map(({ action }) => action).join();
    });
    there.tool("both", true, () => "never");
    const [client, elsewhere] = [here.client(undefined, ELICITS), there.client(undefined, ELICITS)];
    const taskId = taskIdIn(await client("tools/call", { name: "both" }));
    await nodes.settle();
    const answer = (caller: StatelessClient, key: string) =>
      caller("tasks/update", { taskId, inputResponses: { [key]: { action: "decline" } } });
    await Promise.all([answer(client, "a"), answer(elsewhere, "b"), answer(elsewhere, "c")]);
    await nodes.settle();
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({
      result: { content: [{ text: "decline,decline,decline" }] },
    });
  });
});

describe("a node that is gone", () => {
  const LOST = { status: "failed", error: { code: -31005 } };

  it("takes its tasks with it: they have failed, with the reason", async () => {
    const { nodes, here, elsewhere, begin } = two();
    const ids: string[] = [];
    for (let count = 0; count < 60; count += 1) ids.push(await begin());
    here.view.kill();
    expect(await statusOf(elsewhere, ids[0] ?? "")).toBe("working");
    await nodes.pass(30_000);
    for (const taskId of ids) {
      const now = (await elsewhere("tasks/get", { taskId }))?.result;
      expect(now).toMatchObject({ ...LOST, statusMessage: expect.stringContaining("gone") as unknown });
    }
  });

  it("has its tasks ended by the others, some at a time and no more", async () => {
    const { nodes, here, there, elsewhere, begin } = two();
    const ids: string[] = [];
    for (let count = 0; count < 120; count += 1) ids.push(await begin());
    here.view.kill();
    await statusOf(elsewhere, ids[0] ?? "");
    const { replace } = there.view.records;
    let [underWay, most] = [0, 0];
    there.view.records.replace = async (...how) => {
      underWay += 1;
      most = Math.max(most, underWay);
      const version = await replace(...how);
      underWay -= 1;
      return version;
    };
    await nodes.pass(30_000);
    for (const taskId of ids) expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject(LOST);
    expect(most).toBe(50);
  });

  it("takes nothing with it that had ended", async () => {
    const { nodes, here, elsewhere, done, begin } = two();
    const [ended, cancelled] = [await begin(), await begin("ask")];
    done.resolve("done");
    await elsewhere("tasks/cancel", { taskId: cancelled });
    await nodes.settle();
    const running = await begin("ask");
    here.view.kill();
    await statusOf(elsewhere, running);
    await nodes.pass(30_000);
    expect(await statusOf(elsewhere, running)).toBe("failed");
    expect(await statusOf(elsewhere, ended)).toBe("completed");
    expect(await statusOf(elsewhere, cancelled)).toBe("cancelled");
  });

  it("is noticed by who waits for a result, or listens, without asking again", async () => {
    const { nodes, here, there } = two();
    const begun = await here.session(ELICITS, ann);
    const taskId = taskIdIn(await begun.request("tools/call", { name: "slow", task: {} }));
    const { request } = await there.session({}, ann);
    const result = request("tasks/result", { taskId });
    const sent: Wire[] = [];
    const { stateless, link } = openLink(there.server, { principal: ann });
    const params = { notifications: { taskIds: [taskId] } };
    const listening = stateless("subscriptions/listen", params, { sent, capabilities: DECLARED });
    // Longer than somebody who asked once is taken to wait.
    await nodes.pass(130_000);
    here.view.kill();
    expect((await nodes.within(30_000, result))?.error).toMatchObject({ code: -31005 });
    await nodes.settle();
    expect(sent.at(-1)?.params).toMatchObject(LOST);
    link.drain();
    await listening;
  });

  it("is told by its own writes, if it is there after all, that its tasks are no more", async () => {
    const nodes = new TaskNodes();
    const [here, there] = [nodes.node(), nodes.node()];
    const [next, over] = [deferred(), deferred<unknown>()];
    const handler = async (ctx: Context): Promise<never> => {
      ctx.signal.addEventListener("abort", () => over.resolve(ctx.signal.reason));
      await next.promise;
      await ctx.progress(1);
      return new Promise(() => undefined);
    };
    here.tool("slow", true, handler);
    there.tool("slow", true, handler);
    const taskId = taskIdIn(await here.client()("tools/call", { name: "slow" }));
    await nodes.settle();
    here.view.cutOff();
    await statusOf(there.client(), taskId);
    await nodes.pass(30_000);
    expect(await statusOf(there.client(), taskId)).toBe("failed");
    next.resolve();
    here.view.reconnect();
    await nodes.pass(5_000);
    expect(await over.promise).toMatchObject({ name: "AbortError" });
    expect(await statusOf(here.client(), taskId)).toBe("failed");
  });
});

describe("a state that is away", () => {
  it("loses no outcome: it is kept when the state is back", async () => {
    const { nodes, here, elsewhere, done, begin } = two();
    const taskId = await begin();
    here.view.cutOff();
    done.resolve("done");
    await nodes.pass(4_000);
    here.view.reconnect();
    await nodes.pass(3_000);
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({
      status: "completed",
      result: { content: [{ text: "done" }] },
    });
  });

  it("loses no question and no answer, nor that a task was cancelled", async () => {
    const { nodes, here, elsewhere, runs, begin } = two();
    const [asking, slow] = [await begin("ask"), await begin()];
    here.view.cutOff();
    await elsewhere("tasks/update", { taskId: asking, inputResponses: { who: accepted } });
    await elsewhere("tasks/cancel", { taskId: slow });
    await nodes.pass(4_000);
    expect(runs[0]?.aborted).toBe(false);
    here.view.reconnect();
    await nodes.pass(3_000);
    expect(runs[0]?.aborted).toBe(true);
    expect(await statusOf(elsewhere, asking)).toBe("completed");
  });

  it("reaches the node that works when the one that was told could not at once", async () => {
    const { nodes, there, client, runs, elsewhere, begin } = two();
    const taskId = await begin();
    const { bus } = there.view;
    const { publish } = bus;
    let failures = 2;
    Object.assign(bus, {
      publish: (...message: Parameters<typeof publish>) =>
        failures-- > 0 ? Promise.reject(new StateUnavailableError("away")) : publish(...message),
    });
    await elsewhere("tasks/cancel", { taskId });
    expect(runs[0]?.aborted).toBe(false);
    await nodes.pass(3_000);
    expect(runs[0]?.aborted).toBe(true);
    expect(await statusOf(client, taskId)).toBe("cancelled");
  });

  it("refuses new tasks as busy, and makes none", async () => {
    const { nodes, here, client, elsewhere, runs } = two();
    here.view.cutOff();
    expect((await client("tools/call", { name: "slow" }))?.error?.code).toBe(-31001);
    here.view.reconnect();
    await nodes.pass(5_000);
    expect(runs).toEqual([]);
    expect((await elsewhere("tools/call", { name: "slow" }))?.error).toBeUndefined();
  });

  it("gives up when the time of the task is up", async () => {
    const nodes = new TaskNodes();
    const node = nodes.node();
    const done = deferred<string>();
    const reasons: unknown[] = [];
    node.tool("short", { ttlMs: 2_000 }, ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return done.promise;
    });
    await node.client()("tools/call", { name: "short" });
    await nodes.settle();
    node.view.cutOff();
    done.resolve("done");
    await nodes.pass(10_000);
    expect(reasons).toMatchObject([{ name: "TimeoutError" }]);
    expect(node.told).toMatchObject([{ code: "unavailable" }]);
  });
});

describe("a server that ends", () => {
  it("ends what it works on, and says so", async () => {
    const { nodes, here, elsewhere, runs, begin } = two();
    const ids = [await begin(), await begin(), await begin("ask")];
    await here.stop();
    for (const taskId of ids)
      expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({
        status: "failed",
        error: { code: -31002 },
      });
    expect(runs.map(({ aborted }) => aborted)).toEqual([true, true]);
    await nodes.settle();
    expect(here.told).toEqual([]);
  });

  it("takes tasks again when it is served again", async () => {
    const { nodes, here, elsewhere, begin } = two();
    await here.stop();
    const taskId = await begin();
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({ status: "working" });
    await here.stop();
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({ status: "failed" });
    await nodes.settle();
  });

  it("ends soon with the state away", async () => {
    const { here, begin } = two();
    await begin();
    here.view.cutOff();
    await here.stop();
  });
});

describe("a node on which tasks run", () => {
  it("is known to others while they do, and a little longer", async () => {
    const { nodes, here, there, done, begin } = two();
    const known = async (): Promise<boolean | undefined> =>
      there.server.nodes?.isThere(here.server.nodes?.id ?? "");
    expect(await known()).toBe(false);
    await begin();
    await begin();
    await nodes.pass(60_000);
    expect(await known()).toBe(true);
    done.resolve("done");
    await nodes.pass(5_000);
    expect(await known()).toBe(true);
    await nodes.pass(30_000);
    expect(await known()).toBe(false);
    await settled();
  });
});
