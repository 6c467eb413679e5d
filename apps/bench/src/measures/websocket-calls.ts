import type { Load } from "../drive.js";
import { Fleet } from "../fleet.js";
import { fraction, perSecond } from "../format.js";
import { HttpServerProcess } from "../http/server.js";
import { raw, type WebSocketContender, webSocketContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { AnswerLengths } from "../raw-lengths.js";
import { CallPool, callMessage } from "../requests.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";
import { WebSocketConnection } from "../websocket/connection.js";
import { callFrame, webSocketCallsPerSecond } from "../websocket/load.js";
import { RunningWebSocket } from "../websocket/running.js";

const poolSize = 4096;
const defaultRounds = 15;
/** No two processes are compiled alike. */
const roundsPerServer = 3;

const warmUp: Load = { inFlight: 64, durationMs: 1_500 };
/** Before each measurement: caches that the others' servers emptied. */
const againMs = 15;
const durationMs = 150;
const inFlightCounts = [1, 64] as const;

const pools = {
  handshake: new CallPool("handshake", poolSize, callFrame),
  stateless: new CallPool("stateless", poolSize, callFrame),
};

async function start(context: Context, { webSocket, era }: WebSocketContender): Promise<RunningWebSocket> {
  const server = await HttpServerProcess.start(context, webSocket.add);
  try {
    const connection = await WebSocketConnection.open(server.port, era);
    await webSocketCallsPerSecond(connection, pools[era], warmUp);
    return new RunningWebSocket(server, connection);
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** `tools/call` round trips over WebSocket: each sent when the one before was answered, and 64 on the way. */
export const webSocketCalls: Measure = {
  name: "websocket-calls",
  async run(context) {
    const contenders = webSocketContenders([raw, ...context.implementations]);
    const fleet = new Fleet<WebSocketContender, RunningWebSocket>(
      (contender) => start(context, contender),
      () => roundsPerServer,
    );
    const lengths = new AnswerLengths();
    const rates = new Map<number, Samples>(inFlightCounts.map((count) => [count, new Samples()]));
    try {
      const last = await alternate(contenders, context.rounds ?? defaultRounds, async (contender, round) => {
        const { connection } = await fleet.processOf(contender, round);
        const { era } = contender;
        if (round === 0) {
          const call = callFrame(callMessage(era, 1, "add", { a: 1, b: CallPool.addend }));
          lengths.check(contender, await connection.ask(call));
        }
        for (const [inFlight, samples] of rates) {
          await webSocketCallsPerSecond(connection, pools[era], { inFlight, durationMs: againMs });
          const load = { inFlight, durationMs };
          samples.add(contender, await webSocketCallsPerSecond(connection, pools[era], load));
        }
        return undefined;
      });
      for (const samples of rates.values()) samples.failLike(last);
    } finally {
      await fleet.close();
    }
    return [...rates].map(([inFlight, samples]) =>
      rowOf(contenders, samples, {
        title: `WebSocket: \`tools/call\` round trips/s, ${inFlight === 1 ? "one at a time" : `${inFlight} in flight`}`,
        target: "0.70",
        absolute: perSecond,
        ratio: fraction,
      }),
    );
  },
};
