import { setTimeout as delay } from "node:timers/promises";
import { callOnce } from "../cluster/calls.js";
import { withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { fewKilobytes, microseconds, milliseconds, perSecond, preciseMilliseconds } from "../format.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { ManyTasks } from "../tasks/many.js";
import { type TaskServers, usedBetween, withTaskServers } from "../tasks/servers.js";
import { taskContenders, taskTarget, type TaskContender } from "../tasks/setups.js";

const tasks = 10_000;
/** Started before anything is measured, and not counted. */
const first = 500;
const warmUp = { intervalMs: 500, durationMs: 4_000 };
const intervalMs = 5_000;
const idleMs = 5_000;
/** As many polls of each task. */
const polledForMs = 3 * intervalMs;
const defaultRounds = 1;

const scripts = (value: number): string => value.toFixed(2);

/** All that is measured of one server in one go, and how it is told. */
const values = {
  heap: ["10,000 tasks at once: heap for each", fewKilobytes],
  rss: ["the same, resident memory", fewKilobytes],
  redis: ["the same, in Redis", fewKilobytes],
  idleCpu: ["processor time for each task and second while nobody asks for it", microseconds],
  polledCpu: ["the same, while it is asked for every 5 s", microseconds],
  polledRedisCpu: ["the same, of Redis", microseconds],
  rate: ["polls/s that this makes", perSecond],
  p50: ["from when a poll is due to its answer, median", preciseMilliseconds],
  p99: ["the same, 99th percentile", preciseMilliseconds],
  pollCpu: ["processor time of the server for each poll", microseconds],
  pollScripts: ["Redis scripts for each poll", scripts],
  ended: ["time until all 10,000 have ended that end at once", milliseconds],
  endedHeap: ["heap for each of them then", fewKilobytes],
  endedRedis: ["the same, in Redis", fewKilobytes],
} as const;

type Value = keyof typeof values;
type Measured = Partial<Record<Value, number>>;

/** What they cost to be there. */
async function held(servers: TaskServers, many: ManyTasks, onRedis: boolean): Promise<Measured> {
  const [base, before] = [await servers.node().memory(), await servers.used()];
  await many.start(tasks);
  const [memory, after] = [await servers.node().memory(), await servers.used()];
  await delay(idleMs);
  const idle = usedBetween(after, await servers.used());
  return {
    heap: (memory.heapUsed - base.heapUsed) / tasks,
    rss: (memory.rss - base.rss) / tasks,
    ...(onRedis && { redis: usedBetween(before, after).redisMemory / tasks }),
    idleCpu: (idle.cpuUs * 1_000) / idleMs / tasks,
  };
}

/** What they cost to be asked for. */
async function polled(servers: TaskServers, many: ManyTasks, onRedis: boolean): Promise<Measured> {
  await many.poll(intervalMs, intervalMs);
  const before = await servers.used();
  const result = await many.poll(intervalMs, polledForMs);
  const used = usedBetween(before, await servers.used());
  const perTaskAndSecond = (us: number): number => (us * 1_000) / polledForMs / tasks;
  return {
    polledCpu: perTaskAndSecond(used.cpuUs),
    rate: result.perSecond,
    p50: result.p50Ms,
    p99: result.p99Ms,
    pollCpu: used.cpuUs / result.answered,
    ...(onRedis && {
      polledRedisCpu: perTaskAndSecond(used.redisCpuUs),
      pollScripts: used.scripts / result.answered,
    }),
  };
}

/** Lets all tasks go, and settles when these have ended. */
async function release(servers: TaskServers, many: ManyTasks, { implementation }: TaskContender) {
  const target = taskTarget({ implementation, era: "handshake" }, servers.node().port);
  const [session = ""] = await openSessions(target, 1);
  await callOnce({ ...target, session }, "release");
  await many.become("completed");
}

async function sample(context: Context, redis: RedisProcess, contender: TaskContender): Promise<Measured> {
  const { implementation } = contender;
  return withTaskServers(context, implementation, redis, async (servers) => {
    const target = taskTarget(contender, servers.node().port);
    const warm = await ManyTasks.in(target);
    await warm.start(first);
    await warm.poll(warmUp.intervalMs, warmUp.durationMs);
    if (implementation.releases) await release(servers, warm, contender);

    const many = await ManyTasks.in(target);
    const [{ heapUsed }, { redisMemory }] = [await servers.node().memory(), await servers.used()];
    const onRedis = implementation.state === "redis";
    const measured = {
      ...(await held(servers, many, onRedis)),
      ...(await polled(servers, many, onRedis)),
    };
    if (!implementation.releases) return measured;
    const start = performance.now();
    await release(servers, many, contender);
    const ended = performance.now() - start;
    const [after, used] = [await servers.node().memory(), await servers.used()];
    return {
      ...measured,
      ended,
      endedHeap: (after.heapUsed - heapUsed) / tasks,
      ...(onRedis && { endedRedis: (used.redisMemory - redisMemory) / tasks }),
    };
  });
}

/** What 10,000 tasks cost that go on at once, and are asked for at their interval. */
export const tasksPolled: Measure = {
  name: "tasks-polled",
  async run(context) {
    return withRedis(RedisProcess.start(context), async (redis) => {
      // Each of them is one of the values.
      const names = Object.keys(values) as Value[];
      const samples = new Map(names.map((name) => [name, new Samples()]));
      const failures = await alternate(taskContenders, context.rounds ?? defaultRounds, async (contender) => {
        const measured = await sample(context, redis, contender);
        for (const name of names) {
          const value = measured[name];
          if (value !== undefined) samples.get(name)?.add(contender, value);
        }
        return undefined;
      });
      return names.map((name) => {
        const one = samples.get(name) ?? new Samples();
        one.failLike(failures);
        const concerned = taskContenders.filter(
          (contender) => one.of(contender).length > 0 || failures.failureOf(contender) !== undefined,
        );
        const [title, absolute] = values[name];
        return rowOf(concerned, one, { title, target: "", absolute });
      });
    });
  },
};
