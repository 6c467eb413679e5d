import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { openLink, settled, type Wire } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes, type TaskNode } from "../../../test/support/tasks.js";
import type { Context } from "../../server/context.js";
import { StateUnavailableError } from "../../state/errors.js";

const ELICITS = { elicitation: { form: {} } };
const accepted = { action: "accept", content: {} };
const never = (): Promise<never> => new Promise(() => undefined);
const ask = async (ctx: Context): Promise<string> =>
  (await ctx.elicit("Who?", undefined, { key: "who" })).action;

/** Two nodes of a server with one tool. */
function two(handler: (ctx: Context) => Promise<string>) {
  const nodes = new TaskNodes();
  const make = (): TaskNode => {
    const node = nodes.node();
    node.tool("t", true, handler);
    return node;
  };
  const [here, there] = [make(), make()];
  const [client, elsewhere] = [here.client(undefined, ELICITS), there.client(undefined, ELICITS)];
  const begin = async (): Promise<string> => {
    const taskId = taskIdIn(await client("tools/call", { name: "t" }));
    await nodes.settle();
    return taskId;
  };
  const status = async (taskId: string): Promise<unknown> =>
    (await elsewhere("tasks/get", { taskId }))?.result?.["status"];
  return { nodes, here, there, client, elsewhere, begin, status };
}

/** The next change of a record is made, and its confirmation is lost on the way back. */
function losesConfirmation({ view: { records } }: TaskNode): void {
  const { replace } = records;
  records.replace = async (...how) => {
    records.replace = replace;
    await replace(...how);
    throw new StateUnavailableError("lost");
  };
}

describe("a change that is not confirmed", () => {
  it("puts no question again that was answered meanwhile", async () => {
    const { nodes, here, elsewhere, begin, status } = two(async (ctx) => {
      await ask(ctx);
      return never();
    });
    losesConfirmation(here);
    const taskId = await begin();
    expect(await status(taskId)).toBe("input_required");
    await elsewhere("tasks/update", { taskId, inputResponses: { who: accepted } });
    await nodes.pass(1_000);
    expect(await status(taskId)).toBe("working");
  });

  it("is told to who listens, where it ended the task", async () => {
    const done = deferred<string>();
    const { nodes, here, begin } = two(() => done.promise);
    const taskId = await begin();
    const sent: Wire[] = [];
    const { stateless, link } = openLink(here.server);
    const asked = { notifications: { taskIds: [taskId] } };
    const reply = stateless("subscriptions/listen", asked, { sent, capabilities: DECLARED });
    await nodes.settle();
    losesConfirmation(here);
    done.resolve("done");
    await nodes.pass(1_000);
    expect(sent.slice(1)).toMatchObject([{ params: { taskId, status: "completed" } }]);
    link.drain();
    await reply;
  });

  it("ends the handler of a task that it cancelled, when that is cancelled again", async () => {
    const signals: AbortSignal[] = [];
    const { nodes, there, elsewhere, begin, status } = two(({ signal }) => {
      signals.push(signal);
      return never();
    });
    const taskId = await begin();
    losesConfirmation(there);
    expect((await elsewhere("tasks/cancel", { taskId }))?.error?.code).toBe(-31001);
    expect((await elsewhere("tasks/cancel", { taskId }))?.error).toBeUndefined();
    await nodes.settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await status(taskId)).toBe("cancelled");
  });
});

describe("an answer", () => {
  it("is found though the node that took it was gone before it said so", async () => {
    const { nodes, there, elsewhere, client, begin } = two(ask);
    const taskId = await begin();
    there.view.bus.publish = never;
    await elsewhere("tasks/update", { taskId, inputResponses: { who: accepted } });
    await nodes.pass(31_000);
    expect((await client("tasks/get", { taskId }))?.result?.["status"]).toBe("completed");
  });
});

describe("a call that is given up before it has its task", () => {
  it("makes none", async () => {
    const nodes = new TaskNodes();
    const node = nodes.node();
    const known = deferred<string>();
    let runs = 0;
    node.server.tool("t", { task: { before: () => known.promise } }, () => {
      runs += 1;
      return "done";
    });
    const { stateless, notify } = openLink(node.server);
    const reply = stateless("tools/call", { name: "t" }, { capabilities: DECLARED, id: "mine" });
    await settled();
    notify("notifications/cancelled", { requestId: "mine" });
    known.resolve("known");
    await nodes.settle();
    expect([await reply, runs]).toEqual([undefined, 0]);
    expect(await node.server.state?.records.count("towpath/tasks")).toBe(0);
  });

  it("makes none though it was being made already", async () => {
    const signals: AbortSignal[] = [];
    const { nodes, here } = two(({ signal }) => {
      signals.push(signal);
      return never();
    });
    const { create } = here.view.records;
    const made = deferred<undefined>();
    here.view.records.create = async (...how) => {
      const outcome = await create(...how);
      await made.promise;
      return outcome;
    };
    const { stateless, notify } = openLink(here.server);
    const reply = stateless("tools/call", { name: "t" }, { capabilities: DECLARED, id: "mine" });
    await nodes.settle();
    notify("notifications/cancelled", { requestId: "mine" });
    made.resolve(undefined);
    await nodes.settle();
    expect([await reply, signals]).toEqual([undefined, []]);
    expect(await here.server.state?.records.count("towpath/tasks")).toBe(0);
  });
});

describe("what a handler left behind does when its task has ended", () => {
  it("tells the client nothing, and gets no answer", async () => {
    const nodes = new TaskNodes();
    const node = nodes.node();
    const left: Context[] = [];
    node.tool("t", true, (ctx) => {
      left.push(ctx);
      return "done";
    });
    const { request, pushed } = await node.session(ELICITS);
    const params = { name: "t", task: {}, _meta: { progressToken: "p" } };
    const taskId = taskIdIn(await request("tools/call", params));
    await nodes.settle();
    expect((await request("tasks/get", { taskId }))?.result?.["status"]).toBe("completed");
    pushed.length = 0;
    const outcomes = Promise.allSettled(
      left.map(async (ctx) => {
        await ctx.progress(1);
        return ctx.elicit("Who?");
      }),
    );
    expect(await nodes.within(1_000, outcomes)).toMatchObject([{ reason: { name: "AbortError" } }]);
    expect(pushed).toEqual([]);
  });
});

describe("progress", () => {
  it("increases from before a task on, as long as it is told with one token", async () => {
    const nodes = new TaskNodes();
    const node = nodes.node();
    const before = (_args: unknown, ctx: Context): Promise<void> => ctx.progress(5);
    node.server.tool("t", { task: { before } }, async (_args, ctx) => {
      await ctx.progress(1);
      await ctx.progress(6);
      return never();
    });
    const sent: Wire[] = [];
    const { request, pushed } = await node.session();
    await request("tools/call", { name: "t", task: {}, _meta: { progressToken: "p" } }, { sent });
    await nodes.pass(300);
    const told = [...sent, ...pushed].filter(({ method }) => method === "notifications/progress");
    expect(told.map(({ params }) => params?.["progress"])).toEqual([5, 6]);
  });
});

describe("the status message", () => {
  it("ends in no half of a character where it is shortened", async () => {
    const nodes = new TaskNodes();
    const node = nodes.node();
    node.tool("t", true, async (ctx) => {
      await ctx.progress(1, 2, `${"x".repeat(1_023)}😀😀`);
      return never();
    });
    const client = node.client();
    const taskId = taskIdIn(await client("tools/call", { name: "t" }));
    await nodes.pass(200);
    const message = (await client("tasks/get", { taskId }))?.result?.["statusMessage"];
    expect(message).toBe(`${"x".repeat(1_023)}…`);
  });
});
