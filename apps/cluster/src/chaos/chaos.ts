import { setTimeout as pause } from "node:timers/promises";
import type { BalancerName } from "../harness/balancers.js";
import { Cluster } from "../harness/cluster.js";
import { ledgerOf } from "../harness/ledger.js";
import { counting } from "../harness/node.js";
import type { Evidence } from "./books.js";
import { ClientLoop } from "./client-loop.js";
import { officialClient } from "./official-client.js";
import { Random } from "./random.js";
import { towpathClients } from "./towpath-clients.js";
import { taskEnds } from "./task-ends.js";
import { Trouble } from "./trouble.js";

export interface ChaosOptions {
  readonly balancer: BalancerName;
  /** What happens when, and to whom, follows from it. */
  readonly seed: number;
  readonly seconds: number;
  /** Clients of each kind. */
  readonly clients: number;
}

/** Runs a cluster in which much goes wrong, and gives what is known of every call that was made meanwhile. */
export async function chaos({ balancer, seed, seconds, clients }: ChaosOptions): Promise<Evidence> {
  const random = new Random(seed);
  const cluster = await Cluster.start({ program: counting(), balancers: [balancer] });
  try {
    const kinds = [...towpathClients, officialClient].flatMap((kind) =>
      Array.from({ length: clients }, () => kind),
    );
    const loops = await Promise.all(
      kinds.map((kind, number) => ClientLoop.start(number, kind, random.fork(), cluster.front(balancer))),
    );
    const trouble = new Trouble(cluster, loops, random.fork());
    trouble.start();
    await pause(seconds * 1_000);
    await trouble.stop();
    await Promise.all(loops.map((loop) => loop.stop()));
    const calls = loops.flatMap((loop) => loop.calls);
    return {
      calls,
      runs: await ledgerOf(
        cluster.redis.url,
        calls.map(({ id }) => id),
      ),
      ends: await taskEnds(cluster.nodes, calls),
      cuts: new Map(loops.map(({ number, cuts }) => [number, cuts])),
      strays: loops.flatMap(({ strays, transport }) => strays.map((stray) => `${transport}: ${stray}`)),
      troubles: trouble.done,
    };
  } finally {
    await cluster.stop();
  }
}
