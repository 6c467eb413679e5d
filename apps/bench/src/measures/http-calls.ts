import { Fleet } from "../fleet.js";
import { fraction, perSecond, preciseMilliseconds, times } from "../format.js";
import { loadFor, type LoadResult } from "../http/load.js";
import { callPool, type RequestPool, targetOf } from "../http/requests.js";
import { Running } from "../http/running.js";
import { startHttpServer } from "../http/server.js";
import { openSessions } from "../http/sessions.js";
import { type Answers, type HttpContender, httpContenders, type Mode, raw } from "../implementations.js";
import type { Context, Measure, Row } from "../measure.js";
import { AnswerLengths } from "../raw-lengths.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

/** What is measured apart: each has a row per number of connections. */
const groups: readonly {
  readonly title: string;
  readonly answers: Answers;
  readonly modes: readonly Mode[];
  readonly target: string;
}[] = [
  { title: "HTTP, JSON", answers: "json", modes: ["handshake", "stateless"], target: "0.75" },
  { title: "HTTP, SSE", answers: "sse", modes: ["handshake", "stateless"], target: "0.65" },
  { title: "HTTP, one session, JSON", answers: "json", modes: ["sessions"], target: "0.75" },
  { title: "HTTP, one session, SSE", answers: "sse", modes: ["sessions"], target: "0.65" },
];

const connectionCounts = [1, 16, 64] as const;
/** The one whose slowest requests are told. */
const forLatency = 64;

const defaultRounds = 9;
/** Those that settle soon get a new process now and then: no two are compiled alike. */
const roundsPerServer = 5;
const fastMs = 5_000;

const lead = { leadMs: 40 };
const timed = { durationMs: 200 };

async function poolFor(contender: HttpContender, answers: Answers, port: number): Promise<RequestPool> {
  const target = targetOf(contender, answers, port);
  if (contender.mode !== "sessions") return callPool(target);
  const [session = ""] = await openSessions(target, 1);
  return callPool({ ...target, session });
}

async function start(context: Context, contender: HttpContender, answers: Answers): Promise<Running> {
  const server = await startHttpServer(context, contender, answers);
  try {
    const running = new Running(server, await poolFor(contender, answers, server.port));
    await running.warmUp(forLatency, contender.http.warmUpMs);
    return running;
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function measureGroup(context: Context, { title, answers, modes, target }: (typeof groups)[number]) {
  const contenders = httpContenders([raw, ...context.implementations], answers, modes);
  const rounds = context.rounds ?? defaultRounds;
  const fleet = new Fleet<HttpContender, Running>(
    (contender) => start(context, contender, answers),
    ({ http }) => (http.warmUpMs < fastMs ? roundsPerServer : rounds),
  );
  const lengths = new AnswerLengths();
  const rates = new Map(connectionCounts.map((count) => [count, new Samples()]));
  const latencies = new Samples();
  try {
    const last = await alternate(contenders, rounds, async (contender, round) => {
      const running = await fleet.processOf(contender, round);
      if (round === 0) lengths.check(contender, await running.firstAnswer());
      let result: LoadResult | undefined;
      for (const [connections, samples] of rates) {
        result = await loadFor(running.port, running.pool, { connections, ...lead, ...timed });
        samples.add(contender, result.perSecond);
        if (connections === forLatency) latencies.add(contender, result.p99Ms);
      }
      return result?.perSecond;
    });
    for (const samples of [...rates.values(), latencies]) samples.failLike(last);
  } finally {
    await fleet.close();
  }
  const rows: Row[] = [...rates].map(([connections, samples]) =>
    rowOf(contenders, samples, {
      title: `${title}: \`tools/call\`/s, ${connections === 1 ? "1 connection" : `${connections} connections`}`,
      target,
      absolute: perSecond,
      ratio: fraction,
    }),
  );
  const p99 = rowOf(contenders, latencies, {
    title: `${title}: 99th percentile of the time taken, ${forLatency} connections`,
    target: "2 times",
    absolute: preciseMilliseconds,
    ratio: times,
  });
  return [...rows, p99];
}

/** `tools/call` over HTTP: with JSON and with event streams, without sessions in both eras, and in one session. */
export const httpCalls: Measure = {
  name: "http-calls",
  async run(context) {
    const rows: Row[] = [];
    for (const group of groups) rows.push(...(await measureGroup(context, group)));
    return rows;
  },
};
