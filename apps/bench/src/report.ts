import { cpus } from "node:os";
import type { Implementation } from "./implementations.js";
import type { Row } from "./measure.js";
import { detailTable, summaryTable } from "./table.js";

/** How the run was made. */
export interface Circumstances {
  readonly args: readonly string[];
  /** Whether server and driver had a core each. */
  readonly pinned: boolean;
  /** The load average when it began: what else the machine was doing. */
  readonly load: number;
}

/** What stands side by side. */
export interface Columns {
  readonly columns: readonly Pick<Implementation, "id" | "label">[];
  /** The head of the column that the others are compared with; "raw" by default. */
  readonly base?: string;
}

/** The result in Markdown: where it was measured, the summary, and the absolute values. */
export function report(
  rows: readonly Row[],
  { columns, base }: Columns,
  { args, pinned, load }: Circumstances,
): string {
  const cores = pinned ? "server and driver pinned to a core each" : "server and driver not pinned to a core";
  const command = ["npm run bench --", ...args.filter((arg) => arg !== "--")].join(" ");
  return [
    `\`${command}\` on Node ${process.versions.node}, ${process.platform} ${process.arch}, ` +
      `${cpus().length} cores, ${cores}; ` +
      `load average at the start ${load.toFixed(1)}.`,
    "Where a cell has two values, they are handshake / stateless.",
    "",
    summaryTable(rows, columns, base),
    "",
    "<details><summary>Absolute values</summary>",
    "",
    detailTable(rows),
    "",
    "</details>",
  ].join("\n");
}
