import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readAnswer } from "../answers.js";
import { onServerCore } from "../cores.js";
import { megabytes } from "../format.js";
import { type StdioContender, stdioContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { paths } from "../paths.js";
import { toolCall } from "../requests.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";
import { withServer } from "../server-process.js";
import { median } from "../statistics.js";

const defaultRounds = 3;
/** Long enough for a process that has just started to settle. */
const idleMs = 1_000;

/** Resident memory in bytes. `ps` knows it wherever there is no Windows. */
function residentBytes(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
}

/** Node alone, with its standard input open. */
async function bareBytes(context: Context): Promise<number> {
  return withServer(
    onServerCore(context.cores, context.node, [join(paths.raw, "idle.mjs")]),
    async ({ pid }) => {
      await delay(idleMs);
      return residentBytes(pid);
    },
  );
}

async function serverBytes(context: Context, { stdio, era }: StdioContender): Promise<number> {
  return withServer(onServerCore(context.cores, context.node, [stdio.add]), async (server) => {
    await server.open(era === "handshake" ? "initialize" : "none");
    readAnswer(await server.ask(toolCall(era, 1, "add", { a: 1, b: 2 })));
    await delay(idleMs);
    return residentBytes(server.pid);
  });
}

/** The resident memory of an idle hello-world server that has answered once, above a bare process. */
export const memory: Measure = {
  name: "memory",
  async run(context) {
    const rounds = context.rounds ?? defaultRounds;
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) bare.push(await bareBytes(context));
    const base = median(bare);
    const contenders = stdioContenders(context.implementations);
    const samples = await alternate(
      contenders,
      rounds,
      async (contender) => (await serverBytes(context, contender)) - base,
    );
    const title = "memory of an idle hello-world server above a bare process";
    const row = rowOf(contenders, samples, { title, target: "8 MB without zod", absolute: megabytes });
    return [{ ...row, raw: `bare process ${megabytes(base)}` }];
  },
};
