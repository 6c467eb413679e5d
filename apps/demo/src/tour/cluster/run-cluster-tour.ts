import { performance } from "node:perf_hooks";
import { carryOut } from "../carry-out.js";
import type { Report, Row } from "../report.js";
import type { ClusterSection } from "./cluster-check.js";
import { ClusterStage } from "./cluster-stage.js";
import type { StartNode } from "./node.js";
import { Nodes } from "./nodes.js";

export interface ClusterTour {
  readonly start: StartNode;
  /** What the nodes are, in a few words. */
  readonly about: string;
  readonly sections: readonly ClusterSection[];
  readonly report: Report;
  /** The end of what the nodes wrote to stderr. */
  readonly stderr: () => string;
}

/**
 * Shows three nodes that share their state. Settles with the number of checks that came out differently.
 * @throws whatever keeps the nodes from serving
 */
export async function runClusterTour({
  start,
  about,
  sections,
  report,
  stderr,
}: ClusterTour): Promise<number> {
  const began = performance.now();
  report.title("A tour of the notebook on three nodes, A, B and C", about);
  const stage = new ClusterStage(await Nodes.start(start));
  const rows: Row[] = [];
  try {
    for (const section of sections) rows.push(...(await visit(section, stage, report)));
  } finally {
    await stage.clear();
  }
  const differing = rows.filter((row) => row.differences.length > 0).length;
  if (differing > 0 && stderr() !== "") report.note("the nodes' stderr:", stderr().trimEnd());
  report.summary(rows.length, differing, performance.now() - began);
  return differing;
}

async function visit(
  { era, about, checks }: ClusterSection,
  stage: ClusterStage,
  report: Report,
): Promise<readonly Row[]> {
  report.section(`streamable-http, ${era} era`, about);
  stage.era = era;
  const rows: Row[] = [];
  for (const { name, timeoutMs, run, expected } of checks) {
    const row = await carryOut({ name, timeoutMs, run: () => run(stage), expected: () => expected(era) });
    report.row(row);
    rows.push(row);
  }
  return rows;
}
