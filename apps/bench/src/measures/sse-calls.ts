import { Fleet } from "../fleet.js";
import { fraction, perSecond } from "../format.js";
import { HttpServerProcess } from "../http/server.js";
import { raw, type SseContender, sseContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { AnswerLengths } from "../raw-lengths.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { RunningSse } from "../sse/running.js";

const inFlight = 64;
/** How many sessions the calls are made in. */
const sessionCounts = [1, 16] as const;

const defaultRounds = 9;
/** Those that settle soon get a new process now and then: no two are compiled alike. */
const roundsPerServer = 3;
const fastMs = 5_000;
const load = { inFlight, leadMs: 40, durationMs: 250 };

async function start(context: Context, { sse }: SseContender): Promise<RunningSse> {
  const running = new RunningSse(await HttpServerProcess.start(context, sse.add));
  try {
    await running.open(Math.max(...sessionCounts));
    await running.warmUp(inFlight, sse.warmUpMs);
    return running;
  } catch (error) {
    await running.close();
    throw error;
  }
}

/** `tools/call` over HTTP+SSE, with all calls in one session and spread over several. */
export const sseCalls: Measure = {
  name: "sse-calls",
  async run(context) {
    const contenders = sseContenders([raw, ...context.implementations]);
    const rounds = context.rounds ?? defaultRounds;
    const fleet = new Fleet<SseContender, RunningSse>(
      (contender) => start(context, contender),
      ({ sse }) => (sse.warmUpMs < fastMs ? roundsPerServer : rounds),
    );
    const lengths = new AnswerLengths();
    const rates = new Map<number, Samples>(sessionCounts.map((count) => [count, new Samples()]));
    try {
      const last = await alternate(contenders, rounds, async (contender, round) => {
        const running = await fleet.processOf(contender, round);
        if (round === 0) lengths.check(contender, await running.firstAnswer());
        for (const [count, samples] of rates) samples.add(contender, await running.rate(count, load));
        return undefined;
      });
      for (const samples of rates.values()) samples.failLike(last);
    } finally {
      await fleet.close();
    }
    return [...rates].map(([count, samples]) =>
      rowOf(contenders, samples, {
        title: `HTTP+SSE: \`tools/call\`/s, ${inFlight} in flight in ${count === 1 ? "one session" : `${count} sessions`}`,
        target: "0.60",
        absolute: perSecond,
        ratio: fraction,
      }),
    );
  },
};
