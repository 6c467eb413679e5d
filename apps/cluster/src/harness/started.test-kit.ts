import { afterAll, beforeAll, describe } from "vitest";
import { BALANCERS } from "./balancers.js";
import { Cluster, type ClusterOptions } from "./cluster.js";
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

/** Adds notes to every node, each of which has its own; they have the numbers from 1 on. */
export async function addNotes({ cluster }: Front, count: number): Promise<void> {
  const notes = Array.from({ length: count }, (_, index) => ({ title: `Note ${String(index + 1)}` }));
  await Promise.all(cluster.nodes.map(({ url }) => new Wire(url).stateless("import_notes", { notes })));
}
