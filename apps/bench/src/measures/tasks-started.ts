import { withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { Fleet } from "../fleet.js";
import { microseconds, perSecond, times } from "../format.js";
import { loadFor } from "../http/load.js";
import { callPool, type RequestPool } from "../http/requests.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure, Row } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { startPool } from "../tasks/requests.js";
import { TaskServers, usedBetween } from "../tasks/servers.js";
import { taskContenders, taskTarget, type TaskContender } from "../tasks/setups.js";

const sessionCount = 16;
const defaultRounds = 9;
/** Tasks stay for a while after they have ended, so a server has more of them with each round. */
const roundsPerServer = 3;
const warmUp = { connections: 64, leadMs: 0, durationMs: 1_500 };
const oneAtATime = { connections: 1, leadMs: 40, durationMs: 400 };
const together = { connections: 64, leadMs: 40, durationMs: 400 };

/** What is measured of calls, and of the same calls as tasks. */
interface Figures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly redisCpuUs: number;
  readonly scripts: number;
}

interface Sampled {
  readonly call: Figures;
  readonly start: Figures;
}

const ratioOf = (figure: keyof Figures) => (sampled: Sampled) => sampled.start[figure] / sampled.call[figure];

interface Value {
  readonly title: string;
  readonly of: (sampled: Sampled) => number;
  readonly absolute: (value: number) => string;
  /** Whether Redis has to do with it. */
  readonly inRedis?: true;
}

const ratio = (value: number): string => value.toFixed(2);

const values: readonly Value[] = [
  {
    title: "from a `tools/call` to its result, one at a time, median",
    of: ({ call }) => call.p50Us,
    absolute: microseconds,
  },
  {
    title: "from the same call to the handle of its task, one at a time, median",
    of: ({ start }) => start.p50Us,
    absolute: microseconds,
  },
  { title: "how many times as long that is", of: ratioOf("p50Us"), absolute: times },
  { title: "99th percentile: the call", of: ({ call }) => call.p99Us, absolute: microseconds },
  { title: "99th percentile: its task", of: ({ start }) => start.p99Us, absolute: microseconds },
  { title: "how many times as long that is, at the 99th percentile", of: ratioOf("p99Us"), absolute: times },
  { title: "calls/s, 64 in flight", of: ({ call }) => call.perSecond, absolute: perSecond },
  {
    title: "tasks started/s, 64 in flight, each of which ends at once",
    of: ({ start }) => start.perSecond,
    absolute: perSecond,
  },
  { title: "tasks started/s to calls/s", of: ratioOf("perSecond"), absolute: ratio },
  {
    title: "processor time of the server for each call",
    of: ({ call }) => call.cpuUs,
    absolute: microseconds,
  },
  {
    title: "the same, for each task from start to end",
    of: ({ start }) => start.cpuUs,
    absolute: microseconds,
  },
  { title: "the same, of Redis", of: ({ start }) => start.redisCpuUs, absolute: microseconds, inRedis: true },
  {
    title: "Redis scripts for each task from start to end",
    of: ({ start }) => start.scripts,
    absolute: ratio,
    inRedis: true,
  },
];

interface Called {
  readonly servers: TaskServers;
  readonly pools: Readonly<Record<keyof Sampled, RequestPool>>;
  close(): Promise<void>;
}

async function started(context: Context, redis: RedisProcess, contender: TaskContender): Promise<Called> {
  const { implementation } = contender;
  const servers = await TaskServers.start(context, implementation, redis);
  const called = async (): Promise<Called> => {
    const { port } = servers.node();
    const target = taskTarget(contender, port);
    const sessions = target.mode === "sessions" ? await openSessions(target, sessionCount) : [];
    const pools = {
      call: callPool(target, sessions),
      start: startPool(target, implementation.startTool, sessions),
    };
    await loadFor(port, pools.call, warmUp);
    await loadFor(port, pools.start, warmUp);
    return { servers, pools, close: () => servers.close() };
  };
  return called().catch(async (error: unknown) => {
    await servers.close();
    throw error;
  });
}

async function figures(servers: TaskServers, pool: RequestPool): Promise<Figures> {
  const { port } = servers.node();
  const { p50Ms, p99Ms } = await loadFor(port, pool, oneAtATime);
  const before = await servers.used();
  const { perSecond: rate, answered } = await loadFor(port, pool, together);
  const used = usedBetween(before, await servers.used());
  return {
    p50Us: 1_000 * p50Ms,
    p99Us: 1_000 * p99Ms,
    perSecond: rate,
    cpuUs: used.cpuUs / answered,
    redisCpuUs: used.redisCpuUs / answered,
    scripts: used.scripts / answered,
  };
}

function rowsOf(samples: ReadonlyMap<Value, Samples>, failures: Samples): Row[] {
  return values.map((value) => {
    const one = samples.get(value) ?? new Samples();
    one.failLike(failures);
    const concerned = taskContenders.filter(
      ({ implementation }) => value.inRedis !== true || implementation.state === "redis",
    );
    return rowOf(concerned, one, { title: value.title, target: "", absolute: value.absolute });
  });
}

/** What it takes to get the handle of a task, against what it takes to get the result of a call. */
export const tasksStarted: Measure = {
  name: "tasks-started",
  async run(context) {
    return withRedis(RedisProcess.start(context), async (redis) => {
      const samples = new Map(values.map((value) => [value, new Samples()]));
      const fleet = new Fleet<TaskContender, Called>(
        (contender) => started(context, redis, contender),
        () => roundsPerServer,
      );
      try {
        const rounds = context.rounds ?? defaultRounds;
        const failures = await alternate(taskContenders, rounds, async (contender, round) => {
          const { servers, pools } = await fleet.processOf(contender, round);
          const sampled = {
            call: await figures(servers, pools.call),
            start: await figures(servers, pools.start),
          };
          for (const [value, all] of samples) all.add(contender, value.of(sampled));
          return undefined;
        });
        return rowsOf(samples, failures);
      } finally {
        await fleet.close();
      }
    });
  },
};
