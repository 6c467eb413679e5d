import { onServerCore } from "../cores.js";
import { callsPerSecond, type Load } from "../drive.js";
import { Fleet } from "../fleet.js";
import { fraction, perSecond } from "../format.js";
import { raw, type StdioContender, stdioContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { CallPool, toolCall } from "../requests.js";
import { AnswerLengths } from "../raw-lengths.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { ServerProcess } from "../server-process.js";

const poolSize = 4096;
/** Many short rounds: what else the machine does then touches all contenders alike. */
const defaultRounds = 15;
const roundsPerServer = 5;

/** Compiled code is what counts, and many calls in flight get a server there soonest. */
const warmUp: Load = { inFlight: 64, durationMs: 1_200 };
const manyInFlight: Load = { inFlight: 64, durationMs: 100 };
const oneAtATime: Load = { inFlight: 1, durationMs: 100 };
/** Before each of them: caches that the others' servers emptied. */
const again = { durationMs: 15 };

const pools = {
  handshake: new CallPool("handshake", poolSize),
  stateless: new CallPool("stateless", poolSize),
};

const firstCall = {
  handshake: toolCall("handshake", 1, "add", { a: 1, b: CallPool.addend }),
  stateless: toolCall("stateless", 1, "add", { a: 1, b: CallPool.addend }),
};

async function start({ node, cores }: Context, contender: StdioContender): Promise<ServerProcess> {
  const { stdio, era } = contender;
  const server = new ServerProcess(onServerCore(cores, node, [stdio.add]));
  try {
    await server.open(era === "handshake" ? "initialize" : "discover");
    await callsPerSecond(server, pools[era], warmUp);
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function sample(server: ServerProcess, pool: CallPool, load: Load): Promise<number> {
  await callsPerSecond(server, pool, { ...load, ...again });
  return callsPerSecond(server, pool, load);
}

/** `tools/call` round trips over stdio: each sent when the one before was answered, and 64 on the way. */
export const roundTrips: Measure = {
  name: "round-trips",
  async run(context) {
    const contenders = stdioContenders([raw, ...context.implementations]);
    const fleet = new Fleet<StdioContender, ServerProcess>(
      (contender) => start(context, contender),
      () => roundsPerServer,
    );
    const lengths = new AnswerLengths();
    const many = new Samples();
    const one = await alternate(contenders, context.rounds ?? defaultRounds, async (contender, round) => {
      const server = await fleet.processOf(contender, round);
      const pool = pools[contender.era];
      if (round === 0) lengths.check(contender, await server.ask(firstCall[contender.era]));
      many.add(contender, await sample(server, pool, manyInFlight));
      return sample(server, pool, oneAtATime);
    });
    await fleet.close();
    many.failLike(one);
    const shared = { absolute: perSecond, ratio: fraction };
    return [
      rowOf(contenders, one, {
        title: "`tools/call` round trips/s, one at a time",
        target: "0.90",
        ...shared,
      }),
      rowOf(contenders, many, { title: "the same, 64 in flight", target: "0.60", ...shared }),
    ];
  },
};
