import { factRow } from "../cluster/facts.js";
import { withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { milliseconds } from "../format.js";
import type { Measure } from "../measure.js";
import { ManyTasks } from "../tasks/many.js";
import { withTaskServers } from "../tasks/servers.js";
import { onRedisTwice, taskTarget } from "../tasks/setups.js";

const tasks = 10_000;

/** What becomes of the tasks of a node that is killed, on the other one. */
export const tasksLost: Measure = {
  name: "tasks-lost",
  async run(context) {
    return withRedis(RedisProcess.start(context), (redis) =>
      withTaskServers(context, onRedisTwice, redis, async (servers) => {
        const [lost, other] = [servers.node(0), servers.node(1)];
        const target = taskTarget({ implementation: onRedisTwice, era: "stateless" }, lost.port);
        const [first, many] = [await ManyTasks.in(target), await ManyTasks.in(target)];
        await first.start(1);
        await many.start(tasks);
        // Somebody has to ask: of what nobody asks for, nobody needs to know.
        await first.become("working", other.port);
        await lost.close();
        const start = performance.now();
        await first.become("failed", other.port);
        const found = performance.now();
        await many.become("failed", other.port);
        const all = performance.now();
        const row = (title: string, value: string) => factRow(title, "", [{ setup: onRedisTwice, value }]);
        return [
          row("a node with 10,000 tasks is killed: until the first has failed", milliseconds(found - start)),
          row("from then until all have failed", milliseconds(all - found)),
        ];
      }),
    );
  },
};
