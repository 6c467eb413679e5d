import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fleet } from "../fleet.js";
import { fraction, perSecond } from "../format.js";
import { loadFor } from "../http/load.js";
import { listPool, targetOf } from "../http/requests.js";
import { Running } from "../http/running.js";
import { startHttpServer } from "../http/server.js";
import { type HttpContender, httpContenders, type Mode, raw, towpath } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";

const tools = 200;
const modes: readonly Mode[] = ["handshake", "stateless"];
const defaultRounds = 9;
const load = { connections: 16, leadMs: 40, durationMs: 300 };

async function startCold(context: Context, contender: HttpContender, more: string): Promise<Running> {
  const server = await startHttpServer(context, contender, "json", more);
  const pool = listPool(targetOf(contender, "json", server.port), tools);
  return new Running(server, pool);
}

/** The results that Towpath gives, in a file per mode: what raw sends. */
async function recordResults(context: Context, folder: string): Promise<void> {
  const [recorded] = towpath;
  if (recorded === undefined) throw new Error("There is nothing to record.");
  for (const contender of httpContenders([recorded], "json", modes)) {
    const running = await startCold(context, contender, String(tools));
    try {
      // Checked by the pool whenever it is sent.
      const { result } = JSON.parse(await running.firstAnswer()) as { readonly result: unknown };
      writeFileSync(join(folder, contender.mode), JSON.stringify(result));
    } finally {
      await running.close();
    }
  }
}

async function start(context: Context, contender: HttpContender, folder: string): Promise<Running> {
  const more = contender.implementation === raw ? join(folder, contender.mode) : String(tools);
  const running = await startCold(context, contender, more);
  try {
    await running.warmUp(load.connections, contender.http.warmUpMs);
    return running;
  } catch (error) {
    await running.close();
    throw error;
  }
}

/** `tools/list` with many tools, against a raw server that sends the same bytes. */
export const httpList: Measure = {
  name: "http-list",
  async run(context) {
    const contenders = httpContenders([raw, ...context.implementations], "json", modes);
    const rounds = context.rounds ?? defaultRounds;
    const folder = mkdtempSync(join(tmpdir(), "towpath-bench-"));
    const fleet = new Fleet<HttpContender, Running>(
      (contender) => start(context, contender, folder),
      () => rounds,
    );
    try {
      await recordResults(context, folder);
      const samples = await alternate(contenders, rounds, async (contender, round) => {
        const { port, pool } = await fleet.processOf(contender, round);
        return (await loadFor(port, pool, load)).perSecond;
      });
      const title = `HTTP, JSON: \`tools/list\`/s with ${tools} tools, ${load.connections} connections`;
      return [rowOf(contenders, samples, { title, target: "0.80", absolute: perSecond, ratio: fraction })];
    } finally {
      await fleet.close();
      rmSync(folder, { recursive: true });
    }
  },
};
