import { onServerCore } from "../cores.js";
import { callsPerSecond, type Load } from "../drive.js";
import { fraction, perSecond } from "../format.js";
import { contendersOf, raw } from "../implementations.js";
import type { Measure } from "../measure.js";
import { CallPool } from "../requests.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { withServer } from "../server-process.js";

const poolSize = 4096;
const defaultRounds = 5;

/** Compiled code is what counts, and many calls in flight get a server there soonest. */
const warmUp: Load = { inFlight: 64, durationMs: 1_000 };
const manyInFlight: Load = { inFlight: 64, durationMs: 400 };
const oneWarmUp: Load = { inFlight: 1, durationMs: 200 };
const oneAtATime: Load = { inFlight: 1, durationMs: 400 };

const pools = {
  handshake: new CallPool("handshake", poolSize),
  stateless: new CallPool("stateless", poolSize),
};

/** `tools/call` round trips over stdio: each sent when the one before was answered, and 64 on the way. */
export const roundTrips: Measure = {
  name: "round-trips",
  async run({ implementations, rounds = defaultRounds, cores, node }) {
    const contenders = contendersOf([raw, ...implementations]);
    const many = new Samples();
    const one = await alternate(contenders, rounds, async (contender) => {
      const { implementation, era } = contender;
      return withServer(onServerCore(cores, node, [implementation.add]), async (server) => {
        await server.open(era === "handshake" ? "initialize" : "discover");
        const drive = (load: Load): Promise<number> => callsPerSecond(server, pools[era], load);
        await drive(warmUp);
        many.add(contender, await drive(manyInFlight));
        await drive(oneWarmUp);
        return drive(oneAtATime);
      });
    });
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
