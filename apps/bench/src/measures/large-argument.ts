import { readAnswer } from "../answers.js";
import { onServerCore } from "../cores.js";
import { milliseconds, times } from "../format.js";
import { type Contender, raw, type StdioContender, stdioContenders, towpath } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { toolCall } from "../requests.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";
import { type ServerProcess, withServer } from "../server-process.js";
import { median } from "../statistics.js";

const megabyte = 1_000_000;
/** A short call is made several times, and the median taken. */
const sizes = [
  { size: 1 * megabyte, calls: 11 },
  { size: 10 * megabyte, calls: 3 },
  { size: 50 * megabyte, calls: 1 },
];
const defaultRounds = 3;
/** Who needs longer than this is measured once. */
const slowMs = 2_000;

/** Asks for the length of a text that long. Resolves to the time it took, in ms. */
async function timeCall(server: ServerProcess, contender: Contender, size: number): Promise<number> {
  const request = toolCall(contender.era, 1, "size", { text: "towpath ".repeat(size / 8) });
  const start = performance.now();
  const line = await server.ask(request);
  const elapsed = performance.now() - start;
  const { text } = readAnswer(line);
  if (text !== String(size)) throw new Error(`A text of ${size} characters was answered "${text}".`);
  return elapsed;
}

async function sample(
  context: Context,
  contender: StdioContender,
  size: number,
  calls: number,
): Promise<number> {
  const { stdio, era } = contender;
  return withServer(onServerCore(context.cores, context.node, [stdio.size]), async (server) => {
    await server.open(era === "handshake" ? "initialize" : "discover");
    for (let i = 0; i < 3; i++) await timeCall(server, contender, megabyte);
    const elapsed: number[] = [];
    for (let i = 0; i < calls; i++) elapsed.push(await timeCall(server, contender, size));
    return median(elapsed);
  });
}

/** The era does not matter to framing: the others are measured in one of them. */
const isMeasured = ({ implementation, era }: Contender): boolean =>
  era === "handshake" || implementation === raw || towpath.includes(implementation);

/** One string argument of 1, 10 and 50 MB; the time per byte against raw is the time against raw. */
export const largeArgument: Measure = {
  name: "large",
  async run(context) {
    const contenders = stdioContenders([raw, ...context.implementations]).filter(isMeasured);
    const rows = [];
    for (const { size, calls } of sizes) {
      const slow = new Set<Contender>();
      const samples = await alternate(contenders, context.rounds ?? defaultRounds, async (contender) => {
        if (slow.has(contender)) return undefined;
        const elapsed = await sample(context, contender, size, calls);
        if (elapsed > slowMs) slow.add(contender);
        return elapsed;
      });
      const title = `one ${size / megabyte} MB argument, time per byte against raw`;
      rows.push(
        rowOf(contenders, samples, { title, target: "2 times", absolute: milliseconds, ratio: times }),
      );
    }
    return rows;
  },
};
