import { McpClient, ProtocolError, TowpathErrorCode } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { describe, expect, it, onTestFinished } from "vitest";
import { BALANCERS } from "./harness/balancers.js";
import { Cluster } from "./harness/cluster.js";
import { ledgerOf } from "./harness/ledger.js";
import { counting } from "./harness/node.js";
import { Wire } from "./harness/wire.js";

/** Longer than it takes the others to be sure that a node is gone. */
const TIMEOUT_MS = 120_000;

describe("a node that crashes", () => {
  it(
    "ends each of its calls in one clear error, on the streams of others, and sessions live on",
    { timeout: TIMEOUT_MS },
    async () => {
      const cluster = await Cluster.start({ program: counting() });
      onTestFinished(() => cluster.stop());
      const [victim] = cluster.nodes;

      // Behind each balancer: a client that comes back by itself, and a stream that is elsewhere by then.
      const cases = await Promise.all(
        BALANCERS.map(async (name) => {
          const front = cluster.front(name);
          const resumption = { attempts: 50, delayMs: 100, maxDelayMs: 500 };
          const client = await McpClient.connect(streamableHttpClient(`${front}/mcp`, { resumption }), {
            era: "handshake",
          });
          onTestFinished(() => client.close());
          const called = await until(async () => {
            const id = `${name}-${crypto.randomUUID()}`;
            const begun = deferredProgress();
            const calling = client
              .callTool("slow", { call: id, ms: 60_000 }, { onProgress: begun.resolve })
              .catch((error: unknown) => error);
            await begun.promise;
            const [node] = (await ledgerOf(cluster.redis.url, [id])).get(id) ?? [];
            return node === victim.name ? { id, calling } : undefined;
          });

          const session = await new Wire(front).begin();
          const call = await session.at(victim.url).call("slow", { call: `${name}-moved`, ms: 60_000 });
          await call.next();
          const [, other] = cluster.nodes;
          const moved = await session.at(other.url).get(call.lastEventId);
          return { front, client, called, session, moved };
        }),
      );

      await victim.kill();
      for (const { client, called, session, moved, front } of cases) {
        const error = await called.calling;
        expect(error).toBeInstanceOf(ProtocolError);
        expect(error).toMatchObject({ code: TowpathErrorCode.requestLost });
        const ends = (await moved.rest()).filter((message) => "result" in message || "error" in message);
        expect(ends).toEqual([
          expect.objectContaining({
            error: expect.objectContaining({ code: TowpathErrorCode.requestLost }) as unknown,
          }),
        ]);
        // Both sessions live on.
        expect(await client.callTool("where")).toHaveProperty("content");
        expect((await session.at(front).request("ping")).status).toBe(200);
      }
      const ids = cases.map(({ called }) => called.id);
      expect([...(await ledgerOf(cluster.redis.url, ids)).values()]).toEqual(ids.map(() => [victim.name]));
    },
  );
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
  }
}

function deferredProgress(): { readonly promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
