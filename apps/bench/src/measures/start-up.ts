import { readAnswer } from "../answers.js";
import { onServerCore } from "../cores.js";
import { milliseconds, times } from "../format.js";
import { raw, type StdioContender, stdioContenders } from "../implementations.js";
import type { Context, Measure, Row } from "../measure.js";
import { CallPool, toolCall } from "../requests.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";
import { type Opening, withServer } from "../server-process.js";

const defaultRounds = 11;
const target = "1.8 times with a plain JSON Schema, 3.5 times with zod";

/** From before the process is started to the answer of its first tool call, in ms. */
async function sample(context: Context, { stdio, era }: StdioContender, opening: Opening): Promise<number> {
  const command = onServerCore(context.cores, context.node, [stdio.add]);
  const call = toolCall(era, 1, "add", { a: 1, b: CallPool.addend });
  const start = performance.now();
  return withServer(command, async (server) => {
    await server.open(opening);
    const line = await server.ask(call);
    const elapsed = performance.now() - start;
    const { text } = readAnswer(line);
    if (text !== CallPool.answerTo(1)) throw new Error(`The first call was answered "${text}".`);
    return elapsed;
  });
}

async function row(
  context: Context,
  contenders: readonly StdioContender[],
  title: string,
  openingOf: (contender: StdioContender) => Opening,
): Promise<Row> {
  const samples = await alternate(contenders, context.rounds ?? defaultRounds, (contender) =>
    sample(context, contender, openingOf(contender)),
  );
  return rowOf(contenders, samples, { title, target, absolute: milliseconds, ratio: times });
}

/** Start to first answer: through the handshake or at once, and through `server/discover`. */
export const startUp: Measure = {
  name: "start",
  async run(context) {
    const contenders = stdioContenders([raw, ...context.implementations]);
    const stateless = contenders.filter(({ era }) => era === "stateless");
    return [
      await row(context, contenders, "start to first answer", ({ era }) =>
        era === "handshake" ? "initialize" : "none",
      ),
      await row(context, stateless, "the same, through `server/discover`", () => "discover"),
    ];
  },
};
