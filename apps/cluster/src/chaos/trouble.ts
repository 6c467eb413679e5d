import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../harness/cluster.js";
import type { ServerNode } from "../harness/node.js";
import type { ClientLoop } from "./client-loop.js";
import type { Random } from "./random.js";

const KINDS = { cut: 6, drain: 2, kill: 2 } as const;

/** Between two events, in ms. */
const [SHORTEST_MS, LONGEST_MS] = [200, 1_200];
/** How long a node that was killed stays away, in ms. */
const [SHORTEST_AWAY_MS, LONGEST_AWAY_MS] = [0, 1_000];

/** What was done to the nodes and the connections. */
export interface Troubles {
  readonly kills: { readonly node: string; readonly at: number }[];
  readonly drains: string[];
  /** Connections that were cut. */
  connections: number;
  /** Nodes that did not end as they should have. */
  readonly failures: string[];
}

/** Kills, drains and replaces nodes, and cuts connections, at random. */
export class Trouble {
  readonly done: Troubles = { kills: [], drains: [], connections: 0, failures: [] };
  readonly #cluster: Cluster;
  readonly #clients: readonly ClientLoop[];
  readonly #random: Random;
  /** Nodes that are being replaced. */
  readonly #away = new Map<ServerNode, Promise<void>>();
  readonly #stopping = new AbortController();
  #making: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, clients: readonly ClientLoop[], random: Random) {
    this.#cluster = cluster;
    this.#clients = clients;
    this.#random = random;
  }

  start(): void {
    this.#making = this.#make();
  }

  /** Settles when every node is there again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#making;
    await Promise.all(this.#away.values());
  }

  async #make(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await pause(this.#random.between(SHORTEST_MS, LONGEST_MS), undefined, { signal }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      const kind = this.#random.pick(KINDS);
      if (kind === "cut") this.#cut();
      else this.#replace(kind);
    }
  }

  #cut(): void {
    const client = this.#clients[this.#random.between(0, this.#clients.length - 1)];
    this.done.connections += client?.cut() ?? 0;
  }

  /** One node at least stays, as in any deployment. */
  #replace(kind: "drain" | "kill"): void {
    const there = this.#cluster.nodes.filter((node) => !this.#away.has(node));
    const node = there[this.#random.between(0, there.length - 1)];
    const awayMs = this.#random.between(SHORTEST_AWAY_MS, LONGEST_AWAY_MS);
    if (node === undefined || there.length === 1) return;
    const replacing = (kind === "kill" ? this.#kill(node, awayMs) : this.#drain(node))
      .then(() => node.start())
      .catch((error: unknown) => void this.done.failures.push(String(error)))
      .finally(() => this.#away.delete(node));
    this.#away.set(node, replacing);
  }

  async #kill(node: ServerNode, awayMs: number): Promise<void> {
    this.done.kills.push({ node: node.name, at: performance.now() });
    await node.kill();
    await pause(awayMs);
  }

  async #drain(node: ServerNode): Promise<void> {
    this.done.drains.push(node.name);
    await node.drain();
    if (node.exitCode !== 0) this.done.failures.push(`${node.name} did not drain:\n${node.said}`);
  }
}
