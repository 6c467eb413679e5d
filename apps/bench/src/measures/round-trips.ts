import { onServerCore } from "../cores.js";
import { callsPerSecond, type Load } from "../drive.js";
import { fraction, perSecond } from "../format.js";
import { type Contender, contendersOf, type Era, raw, towpath } from "../implementations.js";
import type { Measure } from "../measure.js";
import { CallPool, toolCall } from "../requests.js";
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

const firstCall = {
  handshake: toolCall("handshake", 1, "add", { a: 1, b: CallPool.addend }),
  stateless: toolCall("stateless", 1, "add", { a: 1, b: CallPool.addend }),
};

/**
 * Keeps raw honest: it has to send as many bytes as Towpath does in the same era.
 *
 * @throws Error when it does not.
 */
class AnswerLengths {
  readonly #raw = new Map<Era, number>();

  check({ implementation, era }: Contender, answer: string): void {
    if (implementation === raw) this.#raw.set(era, answer.length);
    const expected = this.#raw.get(era);
    if (towpath.includes(implementation) && answer.length !== expected) {
      throw new Error(`raw answers with ${expected ?? "no"} bytes, Towpath with ${answer.length}: ${answer}`);
    }
  }
}

/** `tools/call` round trips over stdio: each sent when the one before was answered, and 64 on the way. */
export const roundTrips: Measure = {
  name: "round-trips",
  async run({ implementations, rounds = defaultRounds, cores, node }) {
    const contenders = contendersOf([raw, ...implementations]);
    const lengths = new AnswerLengths();
    const many = new Samples();
    const one = await alternate(contenders, rounds, async (contender) => {
      const { implementation, era } = contender;
      return withServer(onServerCore(cores, node, [implementation.add]), async (server) => {
        await server.open(era === "handshake" ? "initialize" : "discover");
        lengths.check(contender, await server.ask(firstCall[era]));
        const drive = (load: Load): Promise<number> => callsPerSecond(server, pools[era], load);
        await drive(warmUp);
        many.add(contender, await drive(manyInFlight));
        await drive(oneWarmUp);
        return drive(oneAtATime);
      });
    });
    for (const contender of contenders) {
      const reason = one.failureOf(contender);
      if (reason !== undefined) many.fail(contender, reason);
    }
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
