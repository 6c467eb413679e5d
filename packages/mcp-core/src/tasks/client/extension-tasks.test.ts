import { beforeAll, describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import type { FarEnd } from "../../../test/support/scripted-server.js";
import type { Wire } from "../../../test/support/link.js";
import {
  asking,
  calm,
  completed,
  created,
  decline,
  done,
  extensionServer,
  inTurn,
  loadTasks,
  pass,
  refused,
  sent,
  task,
  TASKS,
  watch,
} from "../../../test/support/scripted-tasks.js";
import { Meta } from "../../protocol/meta.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Progress } from "../../protocol/types.js";
import { TASK_PROGRESS } from "../wire.js";

beforeAll(loadTasks);

describe("a call that is answered with a task", () => {
  it("is seen to its end, every second where the server says nothing", async () => {
    const get = inTurn(task("working"), task("working"), completed);
    const { client, clock, later } = await connectedClient(extensionServer({ "tasks/get": get }));
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 950);
    expect(sent(later(), "tasks/get")).toEqual([]);
    await pass(clock, 2_000);
    expect(sent(later(), "tasks/get")).toEqual([{ taskId: "t1" }, { taskId: "t1" }]);
    expect(outcome()).toBeUndefined();
    await pass(clock, 50);
    expect(outcome()).toEqual(done);
    await client.close();
  });

  it.each([
    ["as often as the server says", 5_000, 5_000],
    ["never faster than every 50 ms", 1, 50],
    ["never slower than every 60 s", 3_600_000, 60_000],
  ])("asks %s", async (_, pollIntervalMs, paceMs) => {
    const script = extensionServer({
      "tools/call": inTurn({ ...created, pollIntervalMs }),
      "tasks/get": inTurn(task("working", { pollIntervalMs })),
    });
    const { client, clock, later } = await connectedClient(script);
    watch(client.callTool("slow"));
    await calm();
    clock.advance(paceMs - 1);
    await calm();
    expect(sent(later(), "tasks/get")).toHaveLength(0);
    clock.advance(1);
    await calm();
    expect(sent(later(), "tasks/get")).toHaveLength(1);
    await client.close();
  });

  it("declares the extension in the stateless era, unless tasks are turned off", async () => {
    const on = await connectedClient(extensionServer());
    expect(on.end.received[0]?.params?.["_meta"]).toMatchObject({
      [Meta.clientCapabilities]: { extensions: { [TASKS]: {} } },
    });
    const off = await connectedClient(extensionServer(), { tasks: false });
    expect(off.end.received[0]?.params?.["_meta"]).toMatchObject({ [Meta.clientCapabilities]: {} });
    await expect(off.client.callTool("slow")).rejects.toThrow(/of type "task"/);
    await expect(off.client.startTask("slow")).rejects.toThrow(/tasks: false/);
    await Promise.all([on.client.close(), off.client.close()]);
  });

  it("asks at once for a task that has ended already", async () => {
    const script = extensionServer({
      "tools/call": inTurn({ resultType: "task", ...task("completed") }),
      "tasks/get": inTurn(completed),
    });
    const { client } = await connectedClient(script);
    expect(await client.callTool("quick")).toEqual(done);
    await client.close();
  });

  it.each([
    ["failed", { error: { code: -31005, message: "gone", data: { a: 1 } } }, /gone/, { code: -31005 }],
    ["failed", {}, /Internal error/, { code: -32603 }],
    [
      "cancelled",
      { statusMessage: "by somebody" },
      /by somebody/,
      { name: "TaskCancelledError", taskId: "t1" },
    ],
    ["completed", {}, /there is no result/, { name: "InvalidResultError" }],
    ["lost", {}, /status of a task cannot be "lost"/, { name: "InvalidResultError" }],
  ])("rejects when the task is %s: %j", async (status, more, message, like) => {
    const { client, clock } = await connectedClient(
      extensionServer({ "tasks/get": inTurn(task(status, more)) }),
    );
    const call = client.callTool("slow");
    const outcome = watch(call);
    await pass(clock, 1_000);
    expect(outcome()).toMatch(message);
    await expect(call).rejects.toMatchObject(like);
    await client.close();
  });

  it("rejects with the server's error for a task it does not know any more", async () => {
    const script = extensionServer({
      "tasks/get": refused(-32602),
    });
    const { client, clock } = await connectedClient(script);
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    expect(outcome()).toMatch(/error -32602/);
    await client.close();
  });

  it("takes a task for an invalid answer to anything but a call of a tool", async () => {
    const script = extensionServer({ "acme/do": inTurn(created) });
    const { client } = await connectedClient(script);
    await expect(client.request("acme/do", {})).rejects.toThrow(/answered with a task, which it must not/);
    await client.close();
  });

  it("holds the result against the tool's output schema", async () => {
    const outputSchema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
    const tools = [{ name: "slow", inputSchema: { type: "object" }, outputSchema }];
    const script = extensionServer({
      "tools/list": inTurn({ tools, ttlMs: 0, cacheScope: "private" }),
      "tasks/get": inTurn(task("completed", { result: { ...done, structuredContent: { n: "?" } } })),
    });
    const { client, clock } = await connectedClient(script);
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    await expect.poll(outcome).toMatch(/does not fit the tool's output schema/);
    await client.close();
  });
});

describe("giving up a call that is a task", () => {
  const untilAborted = async (abort: (clock: { advance(ms: number): void }) => void, options: object) => {
    const script = extensionServer({ "tasks/get": inTurn(task("working")), "tasks/cancel": inTurn({}) });
    const connected = await connectedClient(script);
    const outcome = watch(connected.client.callTool("slow", {}, options));
    await pass(connected.clock, 1_000);
    abort(connected.clock);
    await calm();
    return { ...connected, outcome };
  };

  it("cancels the task, and rejects with the reason of the signal", async () => {
    const controller = new AbortController();
    const { client, outcome, later } = await untilAborted(
      () => {
        controller.abort(new Error("enough"));
      },
      { signal: controller.signal },
    );
    expect(outcome()).toBe("Error: enough");
    expect(sent(later(), "tasks/cancel")).toEqual([{ taskId: "t1" }]);
    await client.close();
  });

  it("happens after maxTotalTimeoutMs, counted from the call on", async () => {
    const { client, outcome, later } = await untilAborted(
      (clock) => {
        clock.advance(4_000);
      },
      { maxTotalTimeoutMs: 5_000 },
    );
    expect(outcome()).toMatch(/RequestTimeoutError: tools\/call: no answer within 5000 ms/);
    expect(sent(later(), "tasks/cancel")).toHaveLength(1);
    await client.close();
  });

  it("happens when a poll is not answered within timeoutMs, however long the task takes", async () => {
    let polls = 0;
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        polls += 1;
        if (polls < 5) to.result(id, task("working"));
      },
    });
    const { client, clock } = await connectedClient(script);
    const outcome = watch(client.callTool("slow", {}, { timeoutMs: 1_500 }));
    await pass(clock, 6_000);
    expect(outcome()).toBeUndefined();
    await pass(clock, 500);
    expect(outcome()).toMatch(/RequestTimeoutError: tasks\/get: no answer and no progress within 1500 ms/);
    await client.close();
  });

  it("ends what was done for it, though the task is said to have ended and has no result", async () => {
    const script = extensionServer({
      "tools/call": inTurn({ ...created, status: "completed" }),
      "tasks/get": inTurn(task("working")),
    });
    const { client, clock, later } = await connectedClient(script);
    const controller = new AbortController();
    const outcome = watch(client.callTool("slow", {}, { signal: controller.signal }));
    await pass(clock, 2_000);
    controller.abort(new Error("enough"));
    await calm();
    const polls = sent(later(), "tasks/get").length;
    await pass(clock, 5_000);
    expect(outcome()).toBe("Error: enough");
    expect(sent(later(), "tasks/get")).toHaveLength(polls);
    await client.close();
  });

  it("does not ask a server for ever that does not take the cancellation", async () => {
    const script = extensionServer({
      "tasks/get": inTurn(task("working")),
      "tasks/cancel": refused(-31001),
    });
    const { client, clock, later } = await connectedClient(script);
    const controller = new AbortController();
    watch(client.callTool("slow", {}, { signal: controller.signal }));
    await pass(clock, 1_000);
    controller.abort();
    for (let minutes = 0; minutes < 10; minutes += 0.5) {
      await calm();
      clock.advance(30_000);
    }
    await calm();
    expect(sent(later(), "tasks/cancel").length).toBeLessThan(8);
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it("happens when the client is closed, without a word to the server", async () => {
    const script = extensionServer({ "tasks/get": inTurn(task("working")) });
    const { client, clock, later } = await connectedClient(script);
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    await client.close();
    await calm();
    expect(outcome()).toMatch(/The client was closed/);
    expect(sent(later(), "tasks/cancel")).toEqual([]);
  });
});

describe("a poll that fails for a reason that passes", () => {
  it.each([
    ["busy", -31001, undefined, 1_000],
    ["shutting down", -31002, undefined, 1_000],
    ["rate limited", -31004, { retryAfterMs: 7_000 }, 7_000],
  ])("is made again: %s", async (_, code, data, pauseMs) => {
    let polls = 0;
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        polls += 1;
        if (polls === 1) to.error(id, code, data);
        else to.result(id, completed);
      },
    });
    const { client, clock } = await connectedClient(script);
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000 + pauseMs - 1);
    expect(polls).toBe(1);
    await pass(clock, 1);
    expect(outcome()).toEqual(done);
    await client.close();
  });

  it.each([
    ["at least 50 ms", -5, 50],
    ["at most an hour", 1e300, 3_600_000],
  ])("is made again after %s, whatever the server says", async (_, retryAfterMs, pauseMs) => {
    let polls = 0;
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        polls += 1;
        if (polls === 1) to.error(id, -31004, { retryAfterMs });
        else to.result(id, completed);
      },
    });
    const { client, clock } = await connectedClient(script);
    const outcome = watch((await client.startTask("slow")).result());
    await pass(clock, 1_000);
    clock.advance(pauseMs - 1);
    await calm();
    expect(polls).toBe(1);
    clock.advance(1);
    await calm();
    expect(outcome()).toEqual(done);
    await client.close();
  });

  it("is made on the next connection where there is one, and rejects where there is none", async () => {
    const lose = (_: Wire, to: FarEnd): void => {
      if (to.index === 0) to.lose("cut");
      else inTurn(completed)(_, to);
    };
    const script = extensionServer({ "tasks/get": lose });
    const again = await connectedClient(script, { reconnect: { attempts: 3, windowMs: 60_000 } });
    const outcome = watch(again.client.callTool("slow"));
    await pass(again.clock, 2_000);
    expect(outcome()).toEqual(done);
    const once = await connectedClient(script);
    const lost = watch(once.client.callTool("slow"));
    await pass(once.clock, 1_000);
    expect(lost()).toMatch(/ConnectionLostError/);
    await Promise.all([again.client.close(), once.client.close()]);
  });
});

describe("questions of a task", () => {
  it("go to the client's handlers, each once, and their answers back", async () => {
    const asked: string[] = [];
    const script = extensionServer({
      "tasks/get": inTurn(asking("a"), asking("a", "b"), asking("b"), completed),
      "tasks/update": inTurn({}),
    });
    const { client, clock, later } = await connectedClient(script, {
      elicit: (_, { method }) => {
        asked.push(String(method));
        return { action: "decline" };
      },
    });
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 4_000);
    expect(outcome()).toEqual(done);
    expect(asked).toEqual(["tools/call", "tools/call"]);
    expect(sent(later(), "tasks/update")).toEqual([
      { taskId: "t1", inputResponses: { a: { action: "decline" } } },
      { taskId: "t1", inputResponses: { b: { action: "decline" } } },
    ]);
    await client.close();
  });

  it("cancel the task when a handler throws, and the call rejects with that", async () => {
    const script = extensionServer({ "tasks/get": inTurn(asking("a")), "tasks/cancel": inTurn({}) });
    const { client, clock, later } = await connectedClient(script, {
      elicit: () => {
        throw new Error("nobody is here");
      },
    });
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    expect(outcome()).toBe("Error: nobody is here");
    expect(sent(later(), "tasks/cancel")).toEqual([{ taskId: "t1" }]);
    await client.close();
  });

  it("that this client did not say it answers fail the call", async () => {
    const script = extensionServer({ "tasks/get": inTurn(asking("a")), "tasks/cancel": inTurn({}) });
    const { client, clock } = await connectedClient(script);
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    expect(outcome()).toMatch(/InvalidResultError: tools\/call: the question "a" cannot be answered/);
    await client.close();
  });

  it("whose answers are refused as the task has ended do not hide how", async () => {
    let isOver = false;
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        to.result(id, isOver ? completed : asking("a"));
      },
      "tasks/update": ({ id }, to) => {
        isOver = true;
        to.error(id, -32602);
      },
    });
    const { client, clock } = await connectedClient(script, { elicit: decline });
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    expect(outcome()).toEqual(done);
    await client.close();
  });

  it("fail the call when their answers are refused while the task goes on", async () => {
    const script = extensionServer({
      "tasks/get": inTurn(asking("a")),
      "tasks/update": refused(-32602),
    });
    const { client, clock } = await connectedClient(script, { elicit: decline });
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 1_000);
    expect(outcome()).toMatch(/error -32602/);
    await client.close();
  });

  it("stop the handler when the task ends meanwhile", async () => {
    let signal: AbortSignal | undefined;
    const script = extensionServer({ "tasks/get": inTurn(asking("a"), task("cancelled")) });
    const { client, clock } = await connectedClient(script, {
      elicit: (_, ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      },
    });
    const outcome = watch(client.callTool("slow"));
    await pass(clock, 2_000);
    expect(outcome()).toMatch(/TaskCancelledError/);
    expect(signal?.aborted).toBe(true);
    await client.close();
  });
});

describe("progress of a task", () => {
  it("is reported as far as the server says it in numbers, each once", async () => {
    const at = (progress: number): JsonObject =>
      task("working", {
        statusMessage: `at ${String(progress)}`,
        _meta: { [TASK_PROGRESS]: { progress, total: 3 } },
      });
    const script = extensionServer({
      "tasks/get": inTurn(at(1), at(1), at(2), task("working", { statusMessage: "nearly" }), completed),
    });
    const { client, clock } = await connectedClient(script);
    const reported: Progress[] = [];
    const outcome = watch(
      client.callTool("slow", {}, { onProgress: (progress) => void reported.push(progress) }),
    );
    await pass(clock, 5_000);
    expect(outcome()).toEqual(done);
    expect(reported).toEqual([
      { progress: 1, total: 3 },
      { progress: 2, total: 3 },
    ]);
    await client.close();
  });

  it("never goes back: what was asked for may come after what was told later", async () => {
    const at = (progress: number, second: number): JsonObject =>
      task("working", {
        lastUpdatedAt: `2026-01-01T00:00:0${String(second)}Z`,
        statusMessage: `at ${String(progress)}`,
        _meta: { [TASK_PROGRESS]: { progress } },
      });
    const script = extensionServer({
      "tasks/get": inTurn(at(2, 5), at(1, 4), at(1, 6), at(3, 7), completed),
    });
    const { client, clock } = await connectedClient(script);
    const reported: number[] = [];
    const outcome = watch(
      client.callTool("slow", {}, { onProgress: ({ progress }) => void reported.push(progress) }),
    );
    await pass(clock, 6_000);
    expect(outcome()).toEqual(done);
    expect(reported).toEqual([2, 3]);
    await client.close();
  });

  it("gives the call up when the function that takes it throws", async () => {
    const script = extensionServer({
      "tasks/get": inTurn(task("working", { _meta: { [TASK_PROGRESS]: { progress: 1 } } })),
      "tasks/cancel": inTurn({}),
    });
    const { client, clock, later } = await connectedClient(script);
    const onProgress = (): void => {
      throw new Error("mine");
    };
    const outcome = watch(client.callTool("slow", {}, { onProgress }));
    await pass(clock, 1_000);
    expect(outcome()).toBe("Error: mine");
    expect(sent(later(), "tasks/cancel")).toHaveLength(1);
    await client.close();
  });
});
