import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { onAnyCore } from "../cores.js";
import { perSecond } from "../format.js";
import { contendersOf } from "../implementations.js";
import type { Measure } from "../measure.js";
import { paths } from "../paths.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";

const run = promisify(execFile);
const script = join(paths.raw, "in-memory-calls.mjs");
const defaultRounds = 3;
const warmUpMs = 1_500;
const timedMs = 400;

/** A client's calls per second to a server in the same process, one at a time. */
export const inMemoryClient: Measure = {
  name: "in-memory",
  async run(context) {
    const contenders = contendersOf(context.implementations.filter(({ inMemory }) => inMemory !== undefined));
    const samples = await alternate(contenders, context.rounds ?? defaultRounds, async (contender) => {
      const { era, implementation } = contender;
      const module = pathToFileURL(implementation.inMemory ?? "").href;
      // There is no driver to keep away from: all cores are the process's own.
      const command = [script, module, era, String(warmUpMs), String(timedMs)];
      const [program = "", ...args] = onAnyCore(context.cores, context.node, command);
      const { stdout } = await run(program, args);
      return Number(stdout);
    });
    const title = "client's calls/s in memory, one at a time, server included";
    return [rowOf(contenders, samples, { title, target: "150,000/s", absolute: perSecond })];
  },
};
