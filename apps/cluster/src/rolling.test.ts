import { describe, expect, it } from "vitest";
import type { ClientKind, Outcome } from "./chaos/calls.js";
import { officialClient } from "./chaos/official-client.js";
import { towpathClients } from "./chaos/towpath-clients.js";
import { ledgerOf } from "./harness/ledger.js";
import { counting } from "./harness/node.js";
import { behindEach, type Front } from "./harness/started.test-kit.js";

/** Those whose sessions do not live on one node. */
const clients: readonly ClientKind[] = [...towpathClients, officialClient].filter(({ transport }) =>
  /Streamable HTTP|official/.test(transport),
);

/** Calls without pause, as long as it is told to. Gives how each call ended, by its id. */
async function load(
  name: string,
  kind: ClientKind,
  { url }: Front,
  going: () => boolean,
): Promise<readonly (readonly [string, Outcome])[]> {
  const strays: string[] = [];
  const caller = await kind.connect(url, (stray) => strays.push(stray));
  const outcomes: [string, Outcome][] = [];
  for (let call = 0; going(); call++) {
    const id = `${name}-${String(call)}`;
    const work = call % 5 === 4 ? "ask" : call % 5 === 3 ? "slow" : "quick";
    outcomes.push([id, await caller.call({ id, kind: work, ms: 700, onProgress: () => undefined })]);
  }
  await caller.close();
  expect(strays).toEqual([]);
  return outcomes;
}

describe("a rolling deploy of three nodes under load", () => {
  behindEach({ program: counting() }, (front) => {
    it("loses no call, and runs none twice", async () => {
      const { cluster, url } = front();
      let going = true;
      const loads = clients.map((kind, index) => load(`${String(index)}/${url}`, kind, front(), () => going));
      for (const node of cluster.nodes) {
        await node.drain();
        expect(node.exitCode).toBe(0);
        await node.start();
      }
      going = false;
      const outcomes = (await Promise.all(loads)).flat();
      expect(outcomes.filter(([, { kind }]) => kind !== "result")).toEqual([]);
      const runs = await ledgerOf(
        cluster.redis.url,
        outcomes.map(([id]) => id),
      );
      expect([...runs].filter(([, nodes]) => nodes.length !== 1)).toEqual([]);
      const nodes = new Set([...runs.values()].flat());
      // Each of the three, and those that came in their places.
      expect(nodes.size).toBeGreaterThan(3);
    });
  });
});
