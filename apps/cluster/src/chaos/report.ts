import { ERROR_NAMES, type Call } from "./calls.js";
import type { Troubles } from "./trouble.js";

type Column = "calls" | "results" | (typeof ERROR_NAMES)[number];

/** How many calls of each transport ended how, as a table of Markdown. */
export function table(calls: readonly Call[]): string {
  const transports = [...new Set(calls.map(({ transport }) => transport))];
  const rows = [...transports, "all"].map(
    (name) => [name, counted(calls.filter(({ transport }) => name === "all" || transport === name))] as const,
  );
  const total = rows.at(-1)?.[1];
  const columns: readonly Column[] = [
    "calls",
    "results",
    ...ERROR_NAMES.filter((error) => (total?.get(error) ?? 0) > 0),
  ];
  const lines = [
    ["", ...columns],
    ["---", ...columns.map(() => "--:")],
    ...rows.map(([name, counts]) => [name, ...columns.map((column) => String(counts.get(column) ?? 0))]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What was done to the cluster meanwhile, as a sentence. */
export function told({ kills, drains, connections }: Troubles): string {
  return `${String(kills.length)} kills, ${String(drains.length)} drains, ${String(connections)} connections cut`;
}

function counted(calls: readonly Call[]): ReadonlyMap<Column, number> {
  const counts = new Map<Column, number>();
  const count = (column: Column): void => void counts.set(column, (counts.get(column) ?? 0) + 1);
  for (const { outcome } of calls) {
    count("calls");
    count(outcome.kind === "result" ? "results" : outcome.error);
  }
  return counts;
}
