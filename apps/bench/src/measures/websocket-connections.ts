import { fewKilobytes } from "../format.js";
import { HttpServerProcess } from "../http/server.js";
import { raw, type WebSocketContender, webSocketContenders } from "../implementations.js";
import type { Context, Measure } from "../measure.js";
import { rowOf } from "../rows.js";
import { alternate } from "../samples.js";
import { openWebSockets, type WebSocketConnection } from "../websocket/connection.js";

const defaultRounds = 3;
/** Opened before anything is measured, and not counted. */
const first = 500;
const count = 10_000;

async function sample(context: Context, { webSocket, era }: WebSocketContender): Promise<number> {
  const server = await HttpServerProcess.start(context, webSocket.add);
  const connections: WebSocketConnection[] = [];
  try {
    connections.push(...(await openWebSockets(server.port, era, first)));
    const { heapUsed: base } = await server.memory();
    connections.push(...(await openWebSockets(server.port, era, count)));
    const { heapUsed } = await server.memory();
    const failed = connections.find(({ failure }) => failure !== undefined);
    if (failed?.failure !== undefined) throw failed.failure;
    return (heapUsed - base) / count;
  } finally {
    for (const connection of connections) connection.close();
    await server.close();
  }
}

/** What connections over WebSocket cost on which nothing goes on. */
export const webSocketConnections: Measure = {
  name: "websocket-connections",
  async run(context) {
    // Nothing has been said in the stateless era, whose connections are those of the other with less.
    const contenders = webSocketContenders([raw, ...context.implementations]).filter(
      ({ era }) => era === "handshake",
    );
    const samples = await alternate(contenders, context.rounds ?? defaultRounds, (contender) =>
      sample(context, contender),
    );
    const title = `WebSocket: heap per idle connection, ${count.toLocaleString("en-US")} of them`;
    return [rowOf(contenders, samples, { title, target: "", absolute: fewKilobytes })];
  },
};
