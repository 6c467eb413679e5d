import { fewKilobytes, fraction, perSecond } from "../format.js";
import { targetOf } from "../http/requests.js";
import { startHttpServer } from "../http/server.js";
import { openSessions, withStreams } from "../http/sessions.js";
import { type Answers, type HttpContender, httpContenders, raw } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

const defaultRounds = 3;
/** Opened before anything is measured, and not counted. */
const first = 2_000;
/** Opened against the clock. */
const timed = 2_000;
/** So many sessions are there when their memory is looked at. */
const sessions = 10_000;

interface Result {
  readonly openedPerSecond: number;
  /** Bytes of the heap. */
  readonly perIdleSession: number;
  readonly perSessionWithStream: number;
}

async function sample(context: Context, contender: HttpContender, answers: Answers): Promise<Result> {
  const server = await startHttpServer(context, contender, answers);
  try {
    const target = targetOf(contender, answers, server.port);
    await openSessions(target, first);
    const { heapUsed: base } = await server.memory();
    const start = performance.now();
    const opened = [...(await openSessions(target, timed))];
    const elapsedMs = performance.now() - start;
    opened.push(...(await openSessions(target, sessions - timed)));
    const perSession = async (): Promise<number> => ((await server.memory()).heapUsed - base) / sessions;
    const perIdleSession = await perSession();
    const perSessionWithStream = await withStreams(target, opened, perSession);
    return { openedPerSecond: (timed * 1000) / elapsedMs, perIdleSession, perSessionWithStream };
  } finally {
    await server.close();
  }
}

/** What sessions cost: to be opened, to be there, and to have a stream open. */
export const httpSessions: Measure = {
  name: "http-sessions",
  async run(context) {
    const measured = context.implementations.filter(({ http }) => http?.manySessions !== false);
    const implementations = [raw, ...measured];
    const json = httpContenders(implementations, "json", ["sessions"]);
    const answersOf = (contender: HttpContender): Answers => (json.includes(contender) ? "json" : "sse");
    const known = new Set(json.map(({ implementation }) => implementation));
    const others = httpContenders(implementations, "sse", ["sessions"]).filter(
      ({ implementation }) => !known.has(implementation),
    );
    const contenders = [...json, ...others];
    const idle = new Samples();
    const streaming = new Samples();
    const rates = await alternate(contenders, context.rounds ?? defaultRounds, async (contender) => {
      const result = await sample(context, contender, answersOf(contender));
      idle.add(contender, result.perIdleSession);
      streaming.add(contender, result.perSessionWithStream);
      return result.openedPerSecond;
    });
    idle.failLike(rates);
    streaming.failLike(rates);
    const count = sessions.toLocaleString("en-US");
    return [
      rowOf(contenders, rates, {
        title: "HTTP: sessions opened/s",
        target: "0.50",
        absolute: perSecond,
        ratio: fraction,
      }),
      rowOf(contenders, idle, {
        title: `HTTP: heap per idle session, ${count} of them`,
        target: "2 kB",
        absolute: fewKilobytes,
      }),
      rowOf(contenders, streaming, {
        title: "the same, each with its stream open",
        target: "8 kB",
        absolute: fewKilobytes,
      }),
    ];
  },
};
