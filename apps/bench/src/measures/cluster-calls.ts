import { Nodes, withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import {
  alone,
  inMemory,
  inSessions,
  redis1,
  redis2,
  redis4,
  type SetupContender,
  stateless,
} from "../cluster/setups.js";
import { Fleet } from "../fleet.js";
import { fraction, microseconds, perSecond } from "../format.js";
import { loadFor } from "../http/load.js";
import { callPool, type RequestPool } from "../http/requests.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure, Row } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

const connections = 64;
const sessionCount = 16;
const defaultRounds = 9;
const roundsPerServer = 5;
const warmUpMs = 2_500;
const load = { connections, leadMs: 40, durationMs: 400 };

const contenders: readonly SetupContender[] = [
  inSessions(alone),
  stateless(alone),
  inSessions(inMemory),
  stateless(inMemory),
  inSessions(redis1),
  stateless(redis1),
  inSessions(redis2),
  stateless(redis2),
  inSessions(redis4),
];

interface Called {
  readonly nodes: Nodes;
  readonly pool: RequestPool;
  close(): Promise<void>;
}

async function start(context: Context, redis: RedisProcess, contender: SetupContender): Promise<Called> {
  const { implementation, mode } = contender;
  const nodes = await Nodes.start(context, implementation, redis);
  const called = async (): Promise<Called> => {
    const target = nodes.target(mode);
    const sessions = mode === "sessions" ? await openSessions(target, sessionCount) : [];
    const pool = callPool(target, sessions);
    await loadFor(nodes.ports, pool, { connections, leadMs: 0, durationMs: warmUpMs });
    return { nodes, pool, close: () => nodes.close() };
  };
  return called().catch(async (error: unknown) => {
    await nodes.close();
    throw error;
  });
}

/** Of the processor, in µs. */
interface Spent {
  readonly nodes: number;
  readonly redis: number;
  readonly driver: number;
}

async function spent(nodes: Nodes, redis: RedisProcess): Promise<Spent> {
  const { user, system } = process.cpuUsage();
  return { nodes: await nodes.cpuUs(), redis: (await redis.usage()).cpuUs, driver: user + system };
}

/** Who works, and how the row of what each call takes of the processor is called. */
const workers = {
  nodes: "processor time of the nodes for each of these calls",
  redis: "the same, of Redis",
  driver: "the same, of the load generator",
} as const satisfies Record<keyof Spent, string>;

/** Redis has no part in what a setup without it does. */
const concerns = ({ implementation }: SetupContender, who: keyof Spent): boolean =>
  who !== "redis" || implementation.state === "redis";

/** The same for both placements: what nodes and Redis may run on. */
async function measurePlaced(context: Context, where: string, measured: readonly SetupContender[]) {
  const rounds = context.rounds ?? defaultRounds;
  const rates = `\`tools/call\`/s, ${connections} in flight, in ${sessionCount} sessions / stateless${where}`;
  const shares = { nodes: new Samples(), redis: new Samples(), driver: new Samples() };
  return withRedis(RedisProcess.start(context), async (redis): Promise<Row[]> => {
    const fleet = new Fleet<SetupContender, Called>(
      (contender) => start(context, redis, contender),
      () => roundsPerServer,
    );
    try {
      const samples = await alternate(measured, rounds, async (contender, round) => {
        const { nodes, pool } = await fleet.processOf(contender, round);
        const before = await spent(nodes, redis);
        const { perSecond, answered } = await loadFor(nodes.ports, pool, load);
        const after = await spent(nodes, redis);
        for (const who of ["nodes", "redis", "driver"] as const) {
          if (concerns(contender, who)) shares[who].add(contender, (after[who] - before[who]) / answered);
        }
        return perSecond;
      });
      const rateRow = rowOf(measured, samples, {
        title: rates,
        target: "",
        absolute: perSecond,
        ratio: fraction,
      });
      const shareRows = (["nodes", "redis", "driver"] as const).map((who) => {
        shares[who].failLike(samples);
        const concerned = measured.filter((contender) => concerns(contender, who));
        return rowOf(concerned, shares[who], { title: workers[who], target: "", absolute: microseconds });
      });
      return [rateRow, ...shareRows];
    } finally {
      await fleet.close();
    }
  });
}

/** `tools/call` on one node and on several, in sessions and without, and what each call takes of the processor. */
export const clusterCalls: Measure = {
  name: "cluster-calls",
  async run(context) {
    const { cores } = context;
    const rows = await measurePlaced(context, "; nodes and Redis on one core", contenders);
    if (cores === undefined) return rows;
    const everywhere = { ...context, cores: { ...cores, server: `0-${cores.driver}` } };
    const where = "; nodes and Redis on both cores, one shared with the load generator";
    const spread = contenders.filter(({ mode }) => mode === "sessions");
    return [...rows, ...(await measurePlaced(everywhere, where, spread)).slice(0, 1)];
  },
};
