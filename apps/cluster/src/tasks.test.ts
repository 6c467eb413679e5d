import type { JsonObject } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Cluster } from "./harness/cluster.js";
import { abortsOf, ledgerOf } from "./harness/ledger.js";
import { counting } from "./harness/node.js";
import { extensionTasks, listenTo, ofTask, SessionTasks, taskWays } from "./harness/task-ways.js";

const LONG_MS = 60_000;
const RELATED_TASK = "io.modelcontextprotocol/related-task";

const newCall = (): string => crypto.randomUUID();

describe("a task on one of three nodes", () => {
  let started: Cluster | undefined;
  beforeAll(async () => {
    started = await Cluster.start({ program: counting() });
  });
  afterAll(() => started?.stop());
  const cluster = (): Cluster => {
    if (started === undefined) throw new Error("The cluster is there once tests run");
    return started;
  };

  const resultOf = (call: string, node: string): unknown =>
    expect.objectContaining({ content: [{ type: "text", text: JSON.stringify({ call, node }) }] });

  /** Settles once the handler has begun. */
  const begun = async (call: string): Promise<void> => {
    await expect
      .poll(() => ledgerOf(cluster().redis.url, [call]))
      .toEqual(new Map([[call, [expect.anything()]]]));
  };

  describe.each(taskWays)("by $name", ({ begin }) => {
    it("is there for the others at once, and runs where it was started alone", async () => {
      const [a, ...others] = cluster().nodes;
      const tasks = await begin(a);
      const call = newCall();
      const { taskId, status } = await tasks.start(a, "work", { call, ms: 300 });
      expect(status).toBe("working");
      for (const node of others) expect(await tasks.get(node, taskId)).toMatchObject({ taskId, status });
      for (const node of others)
        expect(await (await tasks.wait(node, taskId)).ended).toMatchObject({
          result: resultOf(call, a.name),
        });
      expect(await ledgerOf(cluster().redis.url, [call])).toEqual(new Map([[call, [a.name]]]));
    });

    it("is the same behind a balancer that sends every request elsewhere", async () => {
      for (const front of [cluster().front("nginx"), cluster().front("haproxy")]) {
        const at = { url: front };
        const tasks = await begin(at);
        const call = newCall();
        const { taskId } = await tasks.start(at, "work", { call, ms: 1_000 });
        for (let turn = 0; turn < 3; turn++)
          expect(await tasks.get(at, taskId)).toHaveProperty("status", "working");
        const { ended } = await tasks.wait(at, taskId);
        const [node = ""] = (await ledgerOf(cluster().redis.url, [call])).get(call) ?? [];
        expect(await ended).toMatchObject({ result: resultOf(call, node) });
      }
    });

    it("is cancelled on another node: the signal fires where it runs, and who waits on a third is told", async () => {
      const [a, b, c] = cluster().nodes;
      const tasks = await begin(a);
      const call = newCall();
      const { taskId } = await tasks.start(a, "work", { call, ms: LONG_MS });
      await begun(call);
      const { ended } = await tasks.wait(b, taskId);
      await tasks.cancel(c, taskId);
      await expect
        .poll(() => abortsOf(cluster().redis.url, [call]))
        .toEqual(new Map([[call, [expect.stringContaining("cancelled")]]]));
      expect(await ended).not.toHaveProperty("result.content");
      for (const node of cluster().nodes)
        expect(await tasks.get(node, taskId)).toHaveProperty("status", "cancelled");
    });

    it("has a result of 2 MB on any of them", async () => {
      const [a, b, c] = cluster().nodes;
      const tasks = await begin(a);
      const characters = 2_000_000;
      const { taskId } = await tasks.start(a, "write", { call: newCall(), characters });
      for (const node of [b, c, a]) {
        const { result } = (await (
          await tasks.wait(node, taskId)
        ).ended) as {
          result: { content: [{ text: string }] };
        };
        expect(result.content[0].text.length).toBe(characters);
      }
    });
  });

  it("is answered through another one with tasks/update", async () => {
    const [a, b, c] = cluster().nodes;
    const call = newCall();
    const { taskId } = await extensionTasks.start(a, "confirm", { call });
    const { ended } = await extensionTasks.wait(b, taskId);
    await expect.poll(() => extensionTasks.get(c, taskId)).toHaveProperty("status", "input_required");
    const { inputRequests = {} } = await extensionTasks.get(c, taskId);
    expect(Object.values(inputRequests)).toEqual([expect.objectContaining({ method: "elicitation/create" })]);
    const [key = ""] = Object.keys(inputRequests);
    const inputResponses = { [key]: { action: "accept", content: {} } };
    const answered = await (await ofTask(b, "tasks/update", taskId, { inputResponses })).response();
    expect(answered).toMatchObject({ result: { resultType: "complete" } });
    expect(await ended).toMatchObject({ result: resultOf(call, a.name) });
  });

  it("asks its client on another one, through tasks/result, and takes the answer on a third", async () => {
    const [a, b, c] = cluster().nodes;
    const tasks = await SessionTasks.begin(a);
    const call = newCall();
    const { taskId } = await tasks.start(a, "confirm", { call });
    const waiting = await tasks.result(b, taskId);
    const question = (await waiting.next()) ?? {};
    const related = { [RELATED_TASK]: { taskId } };
    expect(question).toMatchObject({ method: "elicitation/create", params: { _meta: related } });
    expect(await tasks.get(c, taskId)).toHaveProperty("status", "input_required");
    const answer = { id: question["id"], result: { action: "accept", content: {}, _meta: related } };
    expect((await tasks.session.at(c.url).post(answer)).status).toBe(202);
    expect(await waiting.response()).toMatchObject({
      result: { content: [{ text: JSON.stringify({ call, node: a.name }) }], _meta: related },
    });
  });

  it("asks anew through another node when the stream on which it asked is cut", async () => {
    const [a, b, c] = cluster().nodes;
    const tasks = await SessionTasks.begin(a);
    const call = newCall();
    const { taskId } = await tasks.start(a, "confirm", { call });
    const first = await tasks.result(b, taskId);
    expect(await first.next()).toMatchObject({ method: "elicitation/create" });
    first.cut();
    const second = await tasks.result(c, taskId);
    const question = (await second.next()) ?? {};
    expect(question).toMatchObject({ method: "elicitation/create" });
    await tasks.session.at(a.url).post({ id: question["id"], result: { action: "accept", content: {} } });
    expect(await second.response()).toMatchObject({ result: resultOf(call, a.name) });
  });

  it("tells a listener on another one how far it has come, and how it ended", async () => {
    const [a, b] = cluster().nodes;
    const call = newCall();
    const { taskId } = await extensionTasks.start(a, "work", { call, ms: 1_500 });
    const stream = await listenTo(b, taskId);
    onTestFinished(() => stream.cut());
    expect(await stream.next()).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { taskIds: [taskId] } },
    });
    const told = await upToEnd(() => stream.next());
    expect(told.slice(0, -1).map(({ params }) => params)).toContainEqual(
      expect.objectContaining({
        taskId,
        status: "working",
        statusMessage: expect.stringMatching(/^\d+ of 1500$/) as unknown,
      }),
    );
    expect(told.at(-1)).toMatchObject({
      method: "notifications/tasks",
      params: { taskId, status: "completed", result: resultOf(call, a.name) },
    });
  });

  it("tells the session that made it, on whichever node the stream of that is", async () => {
    const [a, b] = cluster().nodes;
    const tasks = await SessionTasks.begin(a);
    const others = await SessionTasks.begin(b);
    const [stream, other] = [await tasks.session.at(b.url).get(), await others.session.get()];
    onTestFinished(() => [stream, other].forEach((one) => one.cut()));
    const { taskId } = await tasks.start(a, "work", { call: newCall(), ms: 300 });
    const told = await upToEnd(() => stream.next());
    expect(told.at(-1)).toMatchObject({
      method: "notifications/tasks/status",
      params: { taskId, status: "completed" },
    });
    // What is its own comes to the other one, and nothing else.
    const own = await others.start(b, "work", { call: newCall(), ms: 100 });
    const heard = await upToEnd(() => other.next());
    expect(new Set(heard.map(({ params }) => (params as { taskId?: unknown }).taskId))).toEqual(
      new Set([own.taskId]),
    );
  });
});

/** What is told of a task, up to its end. */
async function upToEnd(next: () => Promise<JsonObject | undefined>): Promise<readonly JsonObject[]> {
  const told: JsonObject[] = [];
  for (;;) {
    const message = await next();
    if (message === undefined) throw new Error("The stream ended before the task");
    told.push(message);
    // What is told has params.
    const { status } = (message["params"] ?? {}) as { status?: unknown };
    if (status === "completed" || status === "failed" || status === "cancelled") return told;
  }
}
