/** One node: `node dist/node/main.js '{"port":8000,"redis":"redis://…"}'`. Drains on SIGTERM. */
import { once } from "node:events";
import { createClient } from "@redis/client";
import { httpServer } from "@towpath/mcp-core/http-node";
import { redisState } from "@towpath/state-redis";
import { streamableHttp } from "@towpath/transport-http";
import { sse } from "@towpath/transport-sse";
import { webSocket } from "@towpath/transport-ws";
import { z } from "zod";
import { abortsKey, runsKey, type Ledger } from "./ledger.js";
import { countingServer } from "./server.js";

/** How often clients ask what has become of a task, in ms. */
const POLL_MS = 200;

const { port, redis, maxSessions, retryMs, drainDelayMs, drainMs } = z
  .object({
    port: z.int(),
    redis: z.string(),
    maxSessions: z.int().optional(),
    retryMs: z.int().default(100),
    drainDelayMs: z.int().default(0),
    // Longer than any call takes: what is in flight is to be lost in crashes alone.
    drainMs: z.int().default(10_000),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

// Another one each time it is started, at whichever port.
const name = `${String(port)}/${crypto.randomUUID().slice(0, 8)}`;

const ledger = createClient({ url: redis });
ledger.on("error", () => undefined);
await ledger.connect();

const state = redisState(redis);
const written: Ledger = {
  begun: async (call) => {
    await ledger.rPush(runsKey(call), name);
  },
  aborted: async (call, reason) => {
    await ledger.rPush(abortsKey(call), reason);
  },
};
const mcp = countingServer(name, written, { state, tasks: { pollIntervalMs: POLL_MS } });

const running = await mcp.start(
  httpServer(
    { port, drainDelayMs },
    streamableHttp({ sessions: true, retryMs, limits: maxSessions === undefined ? {} : { maxSessions } }),
    sse(),
    webSocket(),
  ),
);
console.log(`Serves ${name}`);

await once(process, "SIGTERM");
await running.drain({ timeoutMs: drainMs });
await state.close();
await ledger.close();
process.exit();
