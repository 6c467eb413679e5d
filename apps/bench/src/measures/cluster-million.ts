import { type Fact, factRow } from "../cluster/facts.js";
import { withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { redis1 } from "../cluster/setups.js";
import { type Work, Worker } from "../cluster/work.js";
import { microseconds } from "../format.js";
import type { Measure, Row } from "../measure.js";

const few = 10_000;
const million = 1_000_000;
/** Of that which is done to some of the sessions that there are. */
const times = 50_000;

type Step = readonly [title: string, what: Work, times: number, unit: "cpuUs" | "memory"];

const steps: readonly Step[] = [
  ["", "create", few, "cpuUs"],
  ["Redis processor time to read a session and renew it, of 10,000", "renew", times, "cpuUs"],
  ["Redis memory for each of a million sessions", "create", million - few, "memory"],
  ["Redis processor time to read a session and renew it, of a million", "renew", times, "cpuUs"],
  ["the same, without renewing it", "read", times, "cpuUs"],
  ["the same, to open the log of its stream (two scripts)", "openLog", times, "cpuUs"],
  ["Redis memory for the first event in that", "append", times, "memory"],
  ["Redis processor time for a further event", "append", times, "cpuUs"],
];

const write = {
  cpuUs: microseconds,
  memory: (bytes: number) => `${Math.round(bytes)} bytes`,
} as const;

/** What a million sessions are to Redis. */
export const clusterMillion: Measure = {
  name: "cluster-million",
  async run(context) {
    return withRedis(RedisProcess.start(context), async (redis) => {
      const worker = await Worker.start(context, redis);
      try {
        const rows: Row[] = [];
        for (const [title, what, count, unit] of steps) {
          const done = await worker.do(what, count);
          const facts: Fact[] = [{ setup: redis1, value: write[unit](done[unit]) }];
          if (title !== "") rows.push(factRow(title, "", facts));
        }
        return rows;
      } finally {
        await worker.close();
      }
    });
  },
};
