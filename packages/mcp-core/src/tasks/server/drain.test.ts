import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { gate } from "../../../test/support/gate.js";
import { openLink } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes, type TaskNode } from "../../../test/support/tasks.js";
import type { Listener } from "../../contract/index.js";
import type { Context } from "../../server/context.js";
import { McpServer } from "../../server/server.js";
import { ManualClock } from "../../testing/manual-clock.js";

const ELICITS = { elicitation: { form: {} } };
const STOPPED = { status: "failed", error: { code: -31002, data: { retryable: true } } };

/** Serves nothing, and ends as soon as it is to. */
function idle() {
  const over = gate();
  const listener: Listener = {
    closed: over.promise,
    drain: async () => {
      over.open();
      return over.promise;
    },
  };
  return { transport: { name: "idle", start: () => Promise.resolve(listener) }, leave: () => over.open() };
}

/** Two nodes, of which one serves, and works on tasks. */
async function working() {
  const nodes = new TaskNodes();
  const done = deferred<string>();
  const signals: AbortSignal[] = [];
  const make = (): TaskNode => {
    const node = nodes.node();
    node.tool("slow", true, ({ signal }) => {
      signals.push(signal);
      return done.promise;
    });
    node.tool("ask", true, async (ctx) => (await ctx.elicit("Who?", undefined, { key: "who" })).action);
    return node;
  };
  const [here, there] = [make(), make()];
  const running = await here.server.start(idle().transport);
  const [client, elsewhere] = [here.client(undefined, ELICITS), there.client(undefined, ELICITS)];
  const begin = async (name: string): Promise<string> => {
    const taskId = taskIdIn(await client("tools/call", { name }));
    await nodes.settle();
    return taskId;
  };
  const get = async (taskId: string) => (await elsewhere("tasks/get", { taskId }))?.result;
  const drain = (options?: { readonly timeoutMs: number }) => {
    const seen = { over: false };
    return { seen, drained: running.drain(options).then(() => (seen.over = true)) };
  };
  return { nodes, elsewhere, begin, get, drain, done, signals };
}

describe("a node that is drained", () => {
  it("lets its tasks go on, and has drained when they have ended", async () => {
    const { nodes, begin, get, drain, done, signals } = await working();
    const taskId = await begin("slow");
    const { seen, drained } = drain();
    await nodes.pass(4_000);
    expect(await get(taskId)).toMatchObject({ status: "working" });
    expect([seen.over, signals.map(({ aborted }) => aborted)]).toEqual([false, [false]]);
    done.resolve("done");
    await nodes.settle();
    await drained;
    expect(await get(taskId)).toMatchObject({ status: "completed", result: { content: [{ text: "done" }] } });
  });

  it("still hears what is answered and cancelled on other nodes", async () => {
    const { nodes, elsewhere, begin, get, drain, signals } = await working();
    const [asking, slow] = [await begin("ask"), await begin("slow")];
    const { drained } = drain();
    await nodes.pass(1_000);
    await elsewhere("tasks/update", { taskId: asking, inputResponses: { who: { action: "decline" } } });
    await elsewhere("tasks/cancel", { taskId: slow });
    await nodes.settle();
    await drained;
    expect(await get(asking)).toMatchObject({ result: { content: [{ text: "decline" }] } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it.each([
    [undefined, 5_000],
    [{ timeoutMs: 20_000 }, 20_000],
    [{ timeoutMs: 0 }, 0],
  ])("ends what is left at the end of its time, with the reason: %j", async (options, timeoutMs) => {
    const { nodes, begin, get, drain, signals } = await working();
    const ids = [await begin("slow"), await begin("ask")];
    const { seen, drained } = drain(options);
    if (timeoutMs > 0) {
      await nodes.pass(timeoutMs - 50);
      expect(await get(ids[0] ?? "")).toMatchObject({ status: "working" });
      expect(seen.over).toBe(false);
      await nodes.pass(50);
    }
    await drained;
    for (const taskId of ids) expect(await get(taskId)).toMatchObject(STOPPED);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("a server whose only client has left", () => {
  /** A task on a server without other nodes. */
  async function alone() {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const server = new McpServer("s", { clock });
    server.tool("slow", { task: true }, (_args, { signal }: Context) => {
      signals.push(signal);
      return new Promise<never>(() => undefined);
    });
    const { transport, leave } = idle();
    const running = await server.start(transport);
    await openLink(server).stateless("tools/call", { name: "slow" }, { capabilities: DECLARED });
    clock.advance(0);
    return { running, leave, signals };
  }

  it("ends its tasks at once where nobody else could ask for them", async () => {
    const { running, leave, signals } = await alone();
    leave();
    await running.closed;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
