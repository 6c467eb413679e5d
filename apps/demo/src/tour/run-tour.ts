import { performance } from "node:perf_hooks";
import type { Era } from "@towpath/mcp-core";
import { carryOut } from "./carry-out.js";
import type { Check } from "./check.js";
import type { Report, Row } from "./report.js";
import { Stage } from "./stage.js";
import type { TourTarget } from "./target.js";

const eras: Readonly<Record<Era, string>> = {
  handshake: "a session that begins with initialize",
  stateless: "every request speaks for itself",
};

export interface Tour {
  readonly targets: readonly TourTarget[];
  readonly checks: readonly Check[];
  readonly report: Report;
}

/** Shows every target in every era. Settles with the number of checks that came out differently. */
export async function runTour({ targets, checks, report }: Tour): Promise<number> {
  const start = performance.now();
  report.title(
    "A tour of the notebook server",
    "Real servers, each in a process of its own, and a real client.",
  );
  let [checked, differing] = [0, 0];
  for (const target of targets) {
    const shown = checks.filter(({ over }) => over?.includes(target.name) ?? true);
    for (const era of target.eras) {
      report.section(`${target.name}, ${era} era`, eras[era]);
      const rows = await visit(new Stage(target, era), shown, report);
      checked += rows.length;
      differing += rows.filter((row) => row.differences.length > 0).length;
    }
  }
  report.summary(checked, differing, performance.now() - start);
  return differing;
}

async function visit(stage: Stage, checks: readonly Check[], report: Report): Promise<readonly Row[]> {
  const rows: Row[] = [];
  try {
    for (const { name, run, expected } of checks) {
      const row = await carryOut({
        name,
        run: () => run(stage, (task) => report.task(name, task)),
        expected: () => expected(stage.era, stage.transport),
      });
      report.row(row);
      rows.push(row);
    }
  } finally {
    await stage.clear();
  }
  const differs = rows.some((row) => row.differences.length > 0);
  if (differs && stage.stderr !== "") report.note("the servers' stderr:", stage.stderr.trimEnd());
  return rows;
}
