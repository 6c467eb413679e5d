import { megabytesMore } from "../format.js";
import { sendRequests } from "../http/load.js";
import { callPool, targetOf } from "../http/requests.js";
import { startHttpServer } from "../http/server.js";
import { openSessions } from "../http/sessions.js";
import {
  type Answers,
  type HttpContender,
  httpContenders,
  type Mode,
  raw,
  towpath,
} from "../implementations.js";
import type { Context, Measure, Row } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

const groups: readonly {
  readonly title: string;
  readonly answers: Answers;
  readonly modes: readonly Mode[];
}[] = [
  { title: "HTTP, JSON", answers: "json", modes: ["handshake", "stateless"] },
  { title: "HTTP, one session, SSE", answers: "sse", modes: ["sessions"] },
];

const requests = 1_000_000;
/** Enough for everything to be compiled, and for what is kept once to be there. */
const before = 200_000;
const connections = 16;

interface Growth {
  readonly heap: number;
  readonly resident: number;
}

async function growth(context: Context, contender: HttpContender, answers: Answers): Promise<Growth> {
  const server = await startHttpServer(context, contender, answers);
  try {
    const target = targetOf(contender, answers, server.port);
    const [session] = contender.mode === "sessions" ? await openSessions(target, 1) : [];
    const pool = callPool(session === undefined ? target : { ...target, session });
    await sendRequests(server.port, pool, connections, before);
    const first = await server.memory();
    await sendRequests(server.port, pool, connections, requests);
    const last = await server.memory();
    return { heap: last.heapUsed - first.heapUsed, resident: last.rss - first.rss };
  } finally {
    await server.close();
  }
}

/** What a server has more of in its memory after many requests than before them. */
export const httpGrowth: Measure = {
  name: "http-growth",
  async run(context) {
    const measured = context.implementations.filter((one) => towpath.includes(one));
    const rows: Row[] = [];
    for (const { title, answers, modes } of groups) {
      const contenders = httpContenders([raw, ...measured], answers, modes);
      const resident = new Samples();
      const heap = await alternate(contenders, context.rounds ?? 1, async (contender) => {
        const grown = await growth(context, contender, answers);
        resident.add(contender, grown.resident);
        return grown.heap;
      });
      resident.failLike(heap);
      const over = `over ${requests.toLocaleString("en-US")} requests`;
      const shared = { target: "no growth", absolute: megabytesMore };
      rows.push(rowOf(contenders, heap, { title: `${title}: growth of the heap ${over}`, ...shared }));
      rows.push(rowOf(contenders, resident, { title: `${title}: the same, resident memory`, ...shared }));
    }
    return rows;
  },
};
