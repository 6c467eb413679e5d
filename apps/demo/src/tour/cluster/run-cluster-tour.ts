import { performance } from "node:perf_hooks";
import { carryOut } from "../carry-out.js";
import type { Report, Row } from "../report.js";
import type { ClusterSection } from "./cluster-check.js";
import { ClusterStage } from "./cluster-stage.js";
import { PLACES, type StartNode } from "./node.js";
import { Nodes } from "./nodes.js";

/** Three processes at once, beside whatever else the machine has to do. */
const START_TIMEOUT_MS = 30_000;

export interface ClusterTour {
  readonly start: StartNode;
  /** What the nodes are, in a few words. */
  readonly about: string;
  readonly sections: readonly ClusterSection[];
  readonly report: Report;
  /** The end of what the nodes wrote to stderr. */
  readonly stderr: () => string;
}

/** Shows three nodes that share their state. Settles with the number of checks that came out differently. */
export async function runClusterTour(tour: ClusterTour): Promise<number> {
  const { about, sections, report, stderr } = tour;
  const began = performance.now();
  report.title("A tour of the notebook on three nodes", about);
  report.section("nodes", "each in its place in the order of a load balancer");
  const { nodes, row } = await begin(tour);
  report.row(row);
  const rows = [row];
  if (nodes !== undefined) rows.push(...(await visitAll(sections, new ClusterStage(nodes), report)));
  const differing = rows.filter(({ differences }) => differences.length > 0).length;
  if (differing > 0 && stderr() !== "") report.note("the nodes' stderr:", stderr().trimEnd());
  report.summary(rows.length, differing, performance.now() - began);
  return differing;
}

async function begin({
  start,
}: ClusterTour): Promise<{ readonly nodes: Nodes | undefined; readonly row: Row }> {
  let nodes: Nodes | undefined;
  const row = await carryOut({
    name: "start",
    timeoutMs: START_TIMEOUT_MS,
    run: async () => {
      nodes = await Nodes.start(start);
      return {
        observed: { places: nodes.all.map(({ place }) => place) },
        shown: nodes.all.map(({ name, url }) => `${name} on port ${url.port}`).join(", "),
      };
    },
    expected: () => ({ places: PLACES }),
  });
  return { nodes, row };
}

async function visitAll(
  sections: readonly ClusterSection[],
  stage: ClusterStage,
  report: Report,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  try {
    for (const { era, about, checks } of sections) {
      report.section(`streamable-http, ${era} era`, about);
      stage.era = era;
      for (const { name, timeoutMs, run, expected } of checks) {
        const row = await carryOut({
          name,
          timeoutMs,
          run: () => run(stage, (task) => report.task(name, task)),
          expected: () => expected(era),
        });
        report.row(row);
        rows.push(row);
      }
    }
  } finally {
    await stage.clear();
  }
  return rows;
}
