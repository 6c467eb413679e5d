import { join } from "node:path";
import { Fleet } from "../fleet.js";
import { fraction, microseconds, perSecond, times } from "../format.js";
import { HttpClientProcess } from "../http/client.js";
import { HttpServerProcess } from "../http/server.js";
import { type Answers, type HttpClientContender, httpClientContenders, raw } from "../implementations.js";
import type { Context, Measure, Row } from "../measure.js";
import { paths } from "../paths.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

/** What is measured apart: how the calls are answered. */
const groups: readonly {
  readonly title: string;
  readonly answers: Answers;
  /** Notifications before each answer. */
  readonly progress: number;
  readonly target: string;
  /** Longer where 64 calls take long. */
  readonly durationMs: number;
}[] = [
  { title: "HTTP client, JSON", answers: "json", progress: 0, target: "0.60", durationMs: 250 },
  {
    title: "HTTP client, streams with 3 progress events",
    answers: "sse",
    progress: 3,
    target: "0.50",
    durationMs: 250,
  },
  {
    title: "HTTP client, streams with 100 progress events",
    answers: "sse",
    progress: 100,
    target: "0.50",
    durationMs: 1_000,
  },
];

const inFlightCounts = [1, 64] as const;
/** The one whose use of the processor is told. */
const forCpu = 64;

const defaultRounds = 9;
/** No two processes are compiled alike. */
const roundsPerClient = 3;
const warmUp = { inFlight: forCpu, leadMs: 0, durationMs: 2_500 };
const leadMs = 40;

const endpoint = join(paths.raw, "endpoint.mjs");

async function measureGroup(context: Context, group: (typeof groups)[number]) {
  const { title, answers, progress, target, durationMs } = group;
  const contenders = httpClientContenders([raw, ...context.implementations]);
  const server = await HttpServerProcess.start(context, endpoint, answers, String(progress));
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const fleet = new Fleet<HttpClientContender, HttpClientProcess>(
    async (contender) => {
      const { httpClient: programs, era } = contender;
      const client = await HttpClientProcess.start(context, programs.calls, era, url, progress);
      await client.call(warmUp);
      return client;
    },
    () => roundsPerClient,
  );
  const rates = new Map(inFlightCounts.map((count) => [count, new Samples()]));
  const cpu = new Samples();
  try {
    const last = await alternate(contenders, context.rounds ?? defaultRounds, async (contender, round) => {
      const client = await fleet.processOf(contender, round);
      let rate: number | undefined;
      for (const [inFlight, samples] of rates) {
        const result = await client.call({ inFlight, leadMs, durationMs });
        rate = result.perSecond;
        samples.add(contender, rate);
        if (inFlight === forCpu) cpu.add(contender, result.cpuUsPerCall);
      }
      return rate;
    });
    for (const samples of [...rates.values(), cpu]) samples.failLike(last);
  } finally {
    await fleet.close();
    await server.close();
  }
  const rows: Row[] = [...rates].map(([inFlight, samples]) =>
    rowOf(contenders, samples, {
      title: `${title}: \`tools/call\`/s, ${inFlight === 1 ? "one at a time" : `${inFlight} in flight`}`,
      target: inFlight === 1 ? "" : target,
      absolute: perSecond,
      ratio: fraction,
    }),
  );
  const cpuRow = rowOf(contenders, cpu, {
    title: `${title}: processor time of the client per call, ${forCpu} in flight`,
    target: "",
    absolute: microseconds,
    ratio: times,
  });
  return [...rows, cpuRow];
}

/** Calls per second of clients over HTTP to one and the same server, which does as little as it can. */
export const httpClient: Measure = {
  name: "http-client",
  async run(context) {
    const rows: Row[] = [];
    for (const group of groups) rows.push(...(await measureGroup(context, group)));
    return rows;
  },
};
