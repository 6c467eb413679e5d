import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Caller, ClientKind, Outcome } from "./chaos/calls.js";
import { officialClient } from "./chaos/official-client.js";
import { towpathClients } from "./chaos/towpath-clients.js";
import { ledgerOf } from "./harness/ledger.js";
import { counting } from "./harness/node.js";
import { behindEach, type Front } from "./harness/started.test-kit.js";

/** Those whose sessions do not live on one node. */
const clients: readonly ClientKind[] = [...towpathClients, officialClient].filter(({ transport }) =>
  /Streamable HTTP|official/.test(transport),
);

/** What a call may be told that no node has begun with: it may be made again. */
const REFUSALS: readonly unknown[] = ["not begun", "not delivered", "unavailable", "bad gateway"];

const PAUSE_MS = 10;

const UNHEARD = { onProgress: () => undefined, onTask: () => undefined };

/** As `docs/scaling.md` has it, for HAProxy to notice: it looks twice a second. */
const DRAIN_DELAY_MS = 1_200;

interface Connected {
  readonly name: string;
  readonly caller: Caller;
  readonly strays: readonly string[];
}

async function connected(name: string, kind: ClientKind, { url }: Front): Promise<Connected> {
  const strays: string[] = [];
  const caller = await kind.connect(url, (stray) => strays.push(stray));
  return { name, caller, strays };
}

/** Calls without pause, as long as it is told to. Gives how each call ended, by its id. */
async function load(
  { name, caller, strays }: Connected,
  going: () => boolean,
): Promise<readonly (readonly [string, Outcome])[]> {
  const outcomes: [string, Outcome][] = [];
  for (let call = 0; going(); call++) {
    // The nodes, and not their clients, are to be what is waited for.
    await pause(PAUSE_MS);
    const id = `${name}-${String(call)}`;
    const work = call % 5 === 4 ? "ask" : call % 5 === 3 ? "slow" : "quick";
    outcomes.push([id, await caller.call({ id, kind: work, ms: 700, ...UNHEARD })]);
  }
  await caller.close();
  expect(strays).toEqual([]);
  return outcomes;
}

describe("a rolling deploy of three nodes under load", () => {
  behindEach({ program: counting({ drainDelayMs: DRAIN_DELAY_MS }) }, (front) => {
    it("loses no call, and runs none twice", async () => {
      const { cluster, url } = front();
      let going = true;
      const callers = await Promise.all(
        clients.map((kind, index) => connected(`${String(index)}/${url}`, kind, front())),
      );
      const loads = callers.map((caller) => load(caller, () => going));
      for (const node of cluster.nodes) {
        await node.drain();
        expect(node.exitCode).toBe(0);
        await node.start();
        // As a deploy has to wait for: the next one goes only when this one is there for the balancer, too.
        while (!(await front().wire.statelessly("tools/list")).servedBy.endsWith(node.address)) continue;
      }
      going = false;
      const outcomes = (await Promise.all(loads)).flat();
      const ids = outcomes.map(([id]) => id);
      const runs = await ledgerOf(cluster.redis.url, ids);
      const runsOf = (id: string): number => runs.get(id)?.length ?? 0;
      // One that no node has begun with is not lost either, as long as it says so.
      const refused = outcomes.filter(([id, outcome]) => outcome.kind === "error" && runsOf(id) === 0);
      for (const [, outcome] of refused)
        expect(REFUSALS).toContain(outcome.kind === "error" && outcome.error);
      const served = outcomes.filter((one) => !refused.includes(one));
      expect(served.filter(([, { kind }]) => kind !== "result")).toEqual([]);
      expect(served.filter(([id]) => runsOf(id) !== 1)).toEqual([]);
      expect(served.length).toBeGreaterThan(refused.length);
      const nodes = new Set([...runs.values()].flat());
      // Each of the three, and those that came in their places.
      expect(nodes.size).toBeGreaterThan(3);
    });
  });
});
