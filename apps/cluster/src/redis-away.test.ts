import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { behindEach, type Front } from "./harness/started.test-kit.js";

const readiness = ({ cluster }: Front): Promise<readonly number[]> =>
  Promise.all(cluster.nodes.map(async ({ url }) => (await fetch(`${url}/ready`)).status));

/** Settles once every node says so. */
async function readyWith(front: Front, status: number): Promise<void> {
  while ((await readiness(front)).some((one) => one !== status)) await pause(20);
}

describe("three nodes whose Redis is away", () => {
  behindEach({}, (front) => {
    it("go on with what needs none, refuse the rest, and recover", async () => {
      const { cluster, wire } = front();
      const session = await wire.begin();
      await readyWith(front(), 200);
      await cluster.redis.kill();
      await readyWith(front(), 503);

      for (const { url } of cluster.nodes) expect((await fetch(`${url}/health`)).status).toBe(200);
      for (let turn = 0; turn < 3; turn++) {
        const stateless = await wire.stateless("search_notes");
        expect(await stateless.response()).toHaveProperty("result.structuredContent");
        const refused = await session.request("ping");
        expect(refused.status).toBe(503);
        expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      }

      await cluster.redis.restart();
      await readyWith(front(), 200);
      const answers = [
        await session.request("ping"),
        await session.request("ping"),
        await session.request("ping"),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    });
  });
});
