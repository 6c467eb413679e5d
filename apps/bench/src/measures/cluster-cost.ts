import { callOnce, tellingPool } from "../cluster/calls.js";
import { type Fact, factRow } from "../cluster/facts.js";
import { Followers } from "../cluster/followers.js";
import { Nodes, withNodes, withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import {
  alone,
  inMemory,
  inSessions,
  redis1,
  redis2,
  type SetupContender,
  stateless,
} from "../cluster/setups.js";
import { kilobytes, microseconds } from "../format.js";
import { loadFor, sendRequests } from "../http/load.js";
import { callPool, type RequestPool } from "../http/requests.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure, Row } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";
import { median } from "../statistics.js";

const defaultRounds = 9;
const warmUpMs = 1_500;
const load = { connections: 1, leadMs: 40, durationMs: 400 };

const timed: readonly SetupContender[] = [alone, inMemory, redis1].flatMap((setup) => [
  inSessions(setup),
  stateless(setup),
]);

async function poolOf(nodes: Nodes, { mode }: SetupContender): Promise<RequestPool> {
  const target = nodes.target(mode);
  return callPool(target, mode === "sessions" ? await openSessions(target, 1) : []);
}

/** The median of the time that a call takes, one at a time, in µs. */
async function latencies(context: Context, redis: RedisProcess): Promise<Row> {
  const setups = new Map<string, Nodes>();
  const pools = new Map<SetupContender, RequestPool>();
  try {
    for (const contender of timed) {
      const { implementation } = contender;
      const nodes = setups.get(implementation.id) ?? (await Nodes.start(context, implementation, redis));
      setups.set(implementation.id, nodes);
      const pool = await poolOf(nodes, contender);
      pools.set(contender, pool);
      await loadFor(nodes.ports, pool, { connections: 16, leadMs: 0, durationMs: warmUpMs });
    }
    const samples = await alternate(timed, context.rounds ?? defaultRounds, async (contender) => {
      const nodes = setups.get(contender.implementation.id);
      const pool = pools.get(contender);
      if (nodes === undefined || pool === undefined) throw new Error("It was not started.");
      return 1000 * (await loadFor(nodes.ports, pool, load)).p50Ms;
    });
    const title = "median of the time a call takes, one at a time: in a session / stateless";
    return rowOf(timed, samples, { title, target: "", absolute: microseconds });
  } finally {
    await Promise.all([...setups.values()].map((nodes) => nodes.close()));
  }
}

/** What Redis had to do for each of so many requests. */
interface Asked {
  readonly scripts: number;
  readonly reads: number;
  readonly cpuUs: number;
  readonly memory: number;
}

async function asked(redis: RedisProcess, count: number, work: () => Promise<unknown>): Promise<Asked> {
  const before = await redis.usage();
  await work();
  const after = await redis.usage();
  return {
    scripts: (after.scripts - before.scripts) / count,
    // Looking is one itself.
    reads: (after.reads - before.reads - 1) / count,
    cpuUs: (after.cpuUs - before.cpuUs) / count,
    memory: (after.memory - before.memory) / count,
  };
}

const calls = 3_000;
const streamedCalls = 500;
const manySessions = 10_000;
/** More sessions than a node keeps at hand while nothing goes on in them. */
const moreThanWarm = 3_000;

const count = ({ scripts, reads }: Asked): string => `${scripts.toFixed(2)}, in ${reads.toFixed(2)} reads`;

/** What is asked of Redis for each call, and what it keeps. */
async function counts(context: Context, redis: RedisProcess): Promise<Row[]> {
  return withNodes(context, redis1, redis, async (nodes) => {
    const target = nodes.target("sessions");
    const [session = ""] = await openSessions(target, 1);
    const inSession = { ...target, session };
    const { port } = target;
    const ask = (pool: RequestPool, number: number): Promise<Asked> =>
      asked(redis, number, () => sendRequests(port, pool, 1, number));
    await sendRequests(port, tellingPool(inSession, 10), 1, 10);
    await sendRequests(port, callPool(inSession), 1, 100);
    const json = await ask(callPool(inSession), calls);
    const one = await ask(tellingPool(inSession, 1), streamedCalls);
    const many = await ask(tellingPool(inSession, 21), streamedCalls);
    const rarelySeen = await openSessions(target, moreThanWarm);
    const cold = await ask(callPool(target, rarelySeen), moreThanWarm);
    const statelessCall = await ask(callPool(nodes.target("stateless")), calls);
    const opened = await asked(redis, manySessions, () => openSessions(target, manySessions));
    const perEvent = (many.scripts - one.scripts) / 20;
    const row = (title: string, target: string, value: string): Row =>
      factRow(title, target, [{ setup: redis1, value }]);
    return [
      row("Redis scripts for a call in a session, answered in JSON", "1", count(json)),
      row(`the same, in each of ${moreThanWarm.toLocaleString("en-US")} sessions in turn`, "1", count(cold)),
      row("the same, in the stateless era", "0", count(statelessCall)),
      row("the same, for a call in a session with a stream of one event and the response", "", count(one)),
      row("the same, for each further event", "1", perEvent.toFixed(2)),
      row("Redis processor time for a streamed call with one event", "", microseconds(one.cpuUs)),
      row("the same, for each further event", "", microseconds((many.cpuUs - one.cpuUs) / 20)),
      row("Redis scripts to open a session (two requests)", "", count(opened)),
      row("Redis memory for each of 10,000 sessions", "", `${Math.round(opened.memory)} bytes`),
      row(
        "Redis memory for a streamed call with 1 event / 21 events, until it expires",
        "",
        `${kilobytes(one.memory)} / ${kilobytes(many.memory)}`,
      ),
    ];
  });
}

const changes = 300;
const changed = "list_changed";
const changeTimeoutMs = 10_000;

/** How long it takes from a call that changes something until a stream of another node, if there is one, tells of it. */
async function changeLatency(context: Context, redis: RedisProcess): Promise<Row> {
  const facts: Fact[] = [];
  for (const setup of [alone, redis1, redis2]) {
    await withNodes(context, setup, redis, async (nodes) => {
      const target = nodes.target("sessions", setup.nodes - 1);
      const [session = ""] = await openSessions(target, 1);
      const follower = new Followers();
      try {
        await follower.open(target, [session]);
        const times: number[] = [];
        for (let i = 0; i < changes; i++) {
          const start = performance.now();
          const heard = follower.hear(changed, changeTimeoutMs);
          await callOnce({ ...nodes.target("sessions"), session }, "change");
          times.push(1000 * ((await heard) - start));
        }
        facts.push({ setup, value: microseconds(median(times)) });
      } finally {
        follower.close();
      }
    });
  }
  return factRow(
    "from a call that changes something to the stream that tells of it, on the last node",
    "",
    facts,
  );
}

/** What Redis adds to a call: time, round trips, and memory. */
export const clusterCost: Measure = {
  name: "cluster-cost",
  async run(context) {
    return withRedis(RedisProcess.start(context), async (redis) => [
      await latencies(context, redis),
      await changeLatency(context, redis),
      ...(await counts(context, redis)),
    ]);
  },
};
