import { callOnce } from "../cluster/calls.js";
import { factRow, type Fact } from "../cluster/facts.js";
import { Followers } from "../cluster/followers.js";
import { withNodes, withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { alone, redis1, redis2, type Setup } from "../cluster/setups.js";
import { fewKilobytes, milliseconds, perSecond } from "../format.js";
import { type LoadResult, loadFor } from "../http/load.js";
import { callPool } from "../http/requests.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure } from "../measure.js";

const followers = 10_000;
/** Opened before anything is measured, and not counted. */
const first = 1_000;
const changeTimeoutMs = 60_000;
/** Other calls while a change is on its way to everybody. */
const load = { connections: 16, leadMs: 0, durationMs: 1_500 };
const changed = "list_changed";

/** Bytes for each of them. */
interface Memory {
  readonly heap: number;
  readonly resident: number;
}

interface Result {
  readonly open: Memory;
  /** After a change: where the state is shared, each stream has a log by then. */
  readonly told: Memory;
  readonly connections: number;
  readonly firstChangeMs: number;
  readonly nextChangeMs: number;
  readonly scripts: number;
  readonly before: LoadResult;
  readonly during: LoadResult;
}

async function measureSetup(context: Context, setup: Setup, redis: RedisProcess): Promise<Result> {
  return withNodes(context, setup, redis, async (nodes) => {
    const target = nodes.target("sessions");
    const node = nodes.node(0);
    // On several nodes, what changes does so on another one.
    const elsewhere = nodes.target("sessions", setup.nodes - 1);
    const [caller = "", ...sessions] = await openSessions(target, first + followers + 1);
    const calls = callPool({ ...target, session: caller });
    await loadFor(target.port, calls, load);
    const warm = new Followers();
    const all = new Followers();
    try {
      await warm.open(target, sessions.slice(0, first));
      const base = await node.memory();
      const perFollower = async (): Promise<Memory> => {
        const { heapUsed, rss } = await node.memory();
        return { heap: (heapUsed - base.heapUsed) / followers, resident: (rss - base.rss) / followers };
      };
      await all.open(target, sessions.slice(first));
      const open = await perFollower();
      const { connections } = await redis.usage();
      const change = async (): Promise<number> => {
        const start = performance.now();
        const heard = all.hear(changed, changeTimeoutMs);
        await callOnce({ ...elsewhere, session: caller }, "change");
        return (await heard) - start;
      };
      const firstChangeMs = await change();
      const told = await perFollower();
      const { scripts: asked } = await redis.usage();
      const nextChangeMs = await change();
      const scripts = (await redis.usage()).scripts - asked;
      const before = await loadFor(target.port, calls, load);
      const [during] = await Promise.all([loadFor(target.port, calls, load), change()]);
      return { open, told, connections, firstChangeMs, nextChangeMs, scripts, before, during };
    } finally {
      warm.close();
      all.close();
    }
  });
}

const memory = ({ heap, resident }: Memory): string => `${fewKilobytes(heap)} / ${fewKilobytes(resident)}`;

/** What is written of a result, by the title of its row. */
const facts: Readonly<Record<string, (result: Result) => string>> = {
  "10,000 sessions with their streams open on one node: heap / resident memory for each": ({ open }) =>
    memory(open),
  "the same, once each was told of a change": ({ told }) => memory(told),
  "connections to Redis, of all nodes": ({ connections }) => String(connections),
  "time until all 10,000 are told of their first change": ({ firstChangeMs }) => milliseconds(firstChangeMs),
  "the same, of their next one": ({ nextChangeMs }) => milliseconds(nextChangeMs),
  "Redis scripts for that": ({ scripts }) => scripts.toLocaleString("en-US"),
  "other calls/s, in a session, before / while 10,000 are told": ({ before, during }) =>
    `${perSecond(before.perSecond)} / ${perSecond(during.perSecond)}`,
  "99th percentile of the time these calls take": ({ before, during }) =>
    `${milliseconds(before.p99Ms)} / ${milliseconds(during.p99Ms)}`,
};

/** Many streams on one node that wait for changes. */
export const clusterFollowers: Measure = {
  name: "cluster-followers",
  async run(context) {
    const results: [Setup, Result][] = [];
    for (const setup of [alone, redis1, redis2]) {
      // A Redis each, so that its connections are those of the nodes.
      const result = await withRedis(RedisProcess.start(context), (redis) =>
        measureSetup(context, setup, redis),
      );
      results.push([setup, result]);
    }
    return Object.entries(facts).map(([title, write]) => {
      const written: Fact[] = results.map(([setup, result]) => ({ setup, value: write(result) }));
      return factRow(title, "", written);
    });
  },
};
