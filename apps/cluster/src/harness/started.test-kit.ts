import { afterAll, beforeAll, describe } from "vitest";
import { BALANCERS } from "./balancers.js";
import { Cluster, type ClusterOptions } from "./cluster.js";
import type { ServerNode } from "./node.js";
import { Wire } from "./wire.js";

/** What the tests behind one balancer see. */
export interface Front {
  readonly cluster: Cluster;
  /** The balancer's origin. */
  readonly url: string;
  readonly wire: Wire;
}

/**
 * Tests behind each balancer, with the same three nodes; they run one after another, and leave every node serving.
 * What they ask for is there once they run.
 */
export function behindEach(options: ClusterOptions, tests: (front: () => Front) => void): void {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await Cluster.start(options);
  });
  afterAll(() => cluster?.stop());
  describe.each(options.balancers ?? BALANCERS)("behind %s", (name) => {
    tests(() => {
      if (cluster === undefined) throw new Error("The cluster is there once tests run");
      const url = cluster.front(name);
      return { cluster, url, wire: new Wire(url) };
    });
  });
}

/**
 * Adds notes to every node, each of which has its own.
 * @returns numbers that are a note's on every node
 */
export async function addNotes({ cluster }: Front, count: number): Promise<readonly number[]> {
  const last = await Promise.all(cluster.nodes.map((node) => imported(node, count)));
  const highest = Math.max(...last);
  // A node that was started anew has begun at 1 again.
  const behind = cluster.nodes.map((node, index) => ({ node, by: highest - (last[index] ?? 0) }));
  await Promise.all(behind.filter(({ by }) => by > 0).map(({ node, by }) => imported(node, by)));
  return Array.from({ length: count }, (_, index) => highest - count + 1 + index);
}

/** @returns the number of the last one */
async function imported({ url }: ServerNode, count: number): Promise<number> {
  const notes = Array.from({ length: count }, () => ({ title: "Note" }));
  const answer = await new Wire(url).stateless("import_notes", { notes });
  // As the tool's output schema has it.
  const { result } = (await answer.response()) as { result: { structuredContent: { lastId: number } } };
  return result.structuredContent.lastId;
}
