import { fewKilobytes } from "../format.js";
import { HttpServerProcess } from "../http/server.js";
import { raw, type SseContender, sseContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { Sessions } from "../sse/sessions.js";

const defaultRounds = 3;
/** Opened before anything is measured, and not counted. */
const first = 500;
/** So many are open when memory is looked at, in ascending order. */
const counts = [2_000, 10_000] as const;

/** Bytes of the heap per session, for each of the counts. */
async function sample(context: Context, { sse }: SseContender): Promise<ReadonlyMap<number, number>> {
  const server = await HttpServerProcess.start(context, sse.add);
  const sessions = new Sessions(server.port);
  try {
    await sessions.open(first);
    const { heapUsed: base } = await server.memory();
    const perSession = new Map<number, number>();
    for (const count of counts) {
      await sessions.open(first + count - sessions.streams.length);
      perSession.set(count, ((await server.memory()).heapUsed - base) / count);
    }
    sessions.check();
    return perSession;
  } finally {
    sessions.close();
    await server.close();
  }
}

/** What sessions over HTTP+SSE cost, each with its stream open. */
export const sseSessions: Measure = {
  name: "sse-sessions",
  async run(context) {
    const contenders = sseContenders([raw, ...context.implementations]);
    const samples = new Map<number, Samples>(counts.map((count) => [count, new Samples()]));
    const last = await alternate(contenders, context.rounds ?? defaultRounds, async (contender) => {
      const perSession = await sample(context, contender);
      for (const [count, bytes] of perSession) samples.get(count)?.add(contender, bytes);
      return undefined;
    });
    return [...samples].map(([count, one]) => {
      one.failLike(last);
      const title = `HTTP+SSE: heap per open session, ${count.toLocaleString("en-US")} of them`;
      return rowOf(contenders, one, { title, target: "8 kB", absolute: fewKilobytes });
    });
  },
};
