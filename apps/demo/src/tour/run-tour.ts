import { performance } from "node:perf_hooks";
import type { Era } from "@towpath/mcp-core";
import type { Check } from "./check.js";
import { differences } from "./compare.js";
import type { Report, Row } from "./report.js";
import { Stage } from "./stage.js";
import type { TourTarget } from "./target.js";

/** A check that is not done by then counts as one that differs. */
const CHECK_TIMEOUT_MS = 10_000;

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
    for (const check of checks) {
      const row = await carryOut(check, stage);
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

async function carryOut({ name, run, expected }: Check, stage: Stage): Promise<Row> {
  const start = performance.now();
  try {
    const { observed, shown } = await inTime(run(stage));
    const ms = performance.now() - start;
    return { name, shown, ms, differences: differences(expected(stage.era, stage.transport), observed) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, shown: "failed", ms: performance.now() - start, differences: [message] };
  }
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it was not done within ${String(CHECK_TIMEOUT_MS)} ms`));
    }, CHECK_TIMEOUT_MS);
  });
  return Promise.race([work, timeout]).finally(() => {
    clearTimeout(timer);
  });
}
