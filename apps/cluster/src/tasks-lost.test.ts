import { TowpathErrorCode } from "@towpath/mcp-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Cluster } from "./harness/cluster.js";
import { abortsOf, ledgerOf } from "./harness/ledger.js";
import { counting } from "./harness/node.js";
import { SessionTasks, taskWays, type TaskWay } from "./harness/task-ways.js";

/** Longer than it takes the others to be sure that a node is gone. */
const TIMEOUT_MS = 120_000;

const LONG_MS = 60_000;

/** How long a node may take to end. */
const DRAIN_MS = 4_000;

async function start(options: Readonly<Record<string, number>> = {}): Promise<Cluster> {
  const cluster = await Cluster.start({ program: counting(options), balancers: [] });
  onTestFinished(() => cluster.stop());
  return cluster;
}

const ways = ({ nodes: [, b] }: Cluster): Promise<readonly TaskWay[]> =>
  Promise.all(taskWays.map(({ begin }) => begin(b)));

const newCall = (): string => crypto.randomUUID();

const failed = (code: number, reason: RegExp): object => ({
  error: expect.objectContaining({
    code,
    message: expect.stringMatching(reason) as unknown,
    data: { retryable: true },
  }) as unknown,
});

const LOST = failed(TowpathErrorCode.requestLost, /node that worked on the task is gone/);
const STOPPED = failed(TowpathErrorCode.shuttingDown, /shut down while it worked on the task/);

describe("the tasks of a node", () => {
  it(
    "that is killed fail with the reason, for whoever asks and whoever waits, on any other node",
    { timeout: TIMEOUT_MS },
    async () => {
      const cluster = await start();
      const [a, b, c] = cluster.nodes;
      const cases = await Promise.all(
        (await ways(cluster)).map(async (tasks) => {
          const [asked, awaited, open, ended] = await Promise.all([
            tasks.start(a, "work", { call: newCall(), ms: LONG_MS }),
            tasks.start(a, "work", { call: newCall(), ms: LONG_MS }),
            tasks.start(a, "confirm", { call: newCall() }),
            tasks.start(a, "write", { call: newCall(), characters: 10 }),
          ]);
          await (
            await tasks.wait(b, ended.taskId)
          ).ended;
          await expect.poll(() => tasks.get(b, open.taskId)).toHaveProperty("status", "input_required");
          // On another node than the one that is asked for the first, and of which nobody asks further.
          const waiting = await tasks.wait(c, awaited.taskId);
          return { tasks, asked, awaited, open, ended, waiting };
        }),
      );
      const inSession = await SessionTasks.begin(b);
      const { taskId } = await inSession.start(a, "confirm", { call: newCall() });
      const asking = await inSession.result(b, taskId);
      expect(await asking.next()).toMatchObject({ method: "elicitation/create" });
      await a.kill();
      // What was asked is nothing to answer any more.
      expect((await asking.rest()).at(-1)).toMatchObject(LOST);
      await Promise.all(
        cases.map(async ({ tasks, asked, awaited, open, ended, waiting }) => {
          expect(await waiting.ended).toMatchObject(LOST);
          for (const { taskId } of [asked, awaited, open]) {
            await expect
              .poll(() => tasks.get(b, taskId), { timeout: TIMEOUT_MS / 2 })
              .toMatchObject({ status: "failed", statusMessage: expect.stringContaining("node") as unknown });
            expect(await (await tasks.wait(c, taskId)).ended).toMatchObject(LOST);
          }
          expect(await (await tasks.wait(b, ended.taskId)).ended).toHaveProperty("result.content");
        }),
      );
    },
  );

  it("that is stopped have the time of its drain: what ends in it completes, and what does not fails", async () => {
    const cluster = await start({ drainMs: DRAIN_MS });
    const [a, b, c] = cluster.nodes;
    const cases = await Promise.all(
      (await ways(cluster)).map(async (tasks) => {
        const [call, short] = [newCall(), newCall()];
        const { taskId } = await tasks.start(a, "work", { call, ms: LONG_MS });
        const open = await tasks.start(a, "confirm", { call: newCall() });
        const ending = await tasks.start(a, "work", { call: short, ms: DRAIN_MS / 4 });
        await expect
          .poll(() => ledgerOf(cluster.redis.url, [call, short]))
          .toEqual(new Map([call, short].map((one) => [one, [a.name]])));
        return { tasks, call, taskId, open, ending, waiting: await tasks.wait(b, taskId) };
      }),
    );
    const drained = a.drain();
    for (const { tasks, taskId, ending } of cases) {
      expect(await (await tasks.wait(c, ending.taskId)).ended).toHaveProperty("result.content");
      expect(await tasks.get(b, taskId)).toHaveProperty("status", "working");
    }
    await drained;
    expect(a.exitCode).toBe(0);
    for (const { tasks, call, taskId, open, ending, waiting } of cases) {
      // Nothing has to be found out any more once it has ended.
      expect(await tasks.get(c, taskId)).toMatchObject({ status: "failed" });
      expect(await tasks.get(b, open.taskId)).toMatchObject({ status: "failed" });
      expect(await tasks.get(b, ending.taskId)).toMatchObject({ status: "completed" });
      expect(await waiting.ended).toMatchObject(STOPPED);
      expect(await (await tasks.wait(c, taskId)).ended).toMatchObject(STOPPED);
      expect(await abortsOf(cluster.redis.url, [call])).toEqual(
        new Map([[call, [expect.stringContaining("shutting down")]]]),
      );
    }
  });

  it(
    "that are all killed and started anew have failed, and those that had ended have their outcome",
    { timeout: TIMEOUT_MS },
    async () => {
      const cluster = await start();
      const [a, b, c] = cluster.nodes;
      const cases = await Promise.all(
        (await ways(cluster)).map(async (tasks) => {
          const lost = await tasks.start(a, "work", { call: newCall(), ms: LONG_MS });
          const ended = await tasks.start(c, "write", { call: newCall(), characters: 100_000 });
          await (
            await tasks.wait(b, ended.taskId)
          ).ended;
          return { tasks, lost, ended };
        }),
      );
      await Promise.all(cluster.nodes.map((node) => node.kill()));
      await Promise.all(cluster.nodes.map((node) => node.start()));
      await Promise.all(
        cases.map(async ({ tasks, lost, ended }) => {
          expect(await (await tasks.wait(c, ended.taskId)).ended).toHaveProperty("result.content");
          // The node at the same address is another one.
          expect(await (await tasks.wait(a, lost.taskId)).ended).toMatchObject(LOST);
          expect(await tasks.get(b, lost.taskId)).toHaveProperty("status", "failed");
        }),
      );
    },
  );
});
