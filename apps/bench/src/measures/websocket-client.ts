import { Fleet } from "../fleet.js";
import { fraction, perSecond } from "../format.js";
import { HttpClientProcess } from "../http/client.js";
import { HttpServerProcess } from "../http/server.js";
import { raw, type WebSocketContender, webSocketContenders } from "../implementations.js";
import type { Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

const inFlightCounts = [1, 64] as const;
const defaultRounds = 9;
/** No two processes are compiled alike. */
const roundsPerClient = 3;
const warmUp = { inFlight: 64, leadMs: 0, durationMs: 2_000 };
const load = { leadMs: 40, durationMs: 200 };

/** Calls per second of clients over WebSocket to one and the same server, the raw one. */
export const webSocketClient: Measure = {
  name: "websocket-client",
  async run(context) {
    const contenders = webSocketContenders([raw, ...context.implementations]);
    const server = await HttpServerProcess.start(context, raw.webSocket.add);
    const url = `ws://127.0.0.1:${server.port}/ws`;
    const fleet = new Fleet<WebSocketContender, HttpClientProcess>(
      async ({ webSocket, era }) => {
        const client = await HttpClientProcess.start(context, webSocket.calls, era, url);
        await client.call(warmUp);
        return client;
      },
      () => roundsPerClient,
    );
    const rates = new Map<number, Samples>(inFlightCounts.map((count) => [count, new Samples()]));
    try {
      const last = await alternate(contenders, context.rounds ?? defaultRounds, async (contender, round) => {
        const client = await fleet.processOf(contender, round);
        for (const [inFlight, samples] of rates) {
          samples.add(contender, (await client.call({ inFlight, ...load })).perSecond);
        }
        return undefined;
      });
      for (const samples of rates.values()) samples.failLike(last);
    } finally {
      await fleet.close();
      await server.close();
    }
    return [...rates].map(([inFlight, samples]) =>
      rowOf(contenders, samples, {
        title: `WebSocket client: \`tools/call\`/s, ${inFlight === 1 ? "one at a time" : `${inFlight} in flight`}`,
        target: "",
        absolute: perSecond,
        ratio: fraction,
      }),
    );
  },
};
