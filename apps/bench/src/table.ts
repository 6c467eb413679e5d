import type { Implementation } from "./implementations.js";
import type { Cell, Row } from "./measure.js";

/** A Markdown table with its columns aligned, as prettier leaves it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** "handshake / stateless", or the one there is. */
function written(cell: Cell | undefined): string {
  return [cell?.handshake, cell?.stateless].filter((part) => part !== undefined).join(" / ");
}

/** The summary: one line per row, one column for what is compared with, one per implementation, and what is to be reached. */
export function summaryTable(
  rows: readonly Row[],
  implementations: readonly Pick<Implementation, "id" | "label">[],
  base = "raw",
): string {
  const columns = implementations.filter(({ id }) => rows.some((row) => row.cells[id] !== undefined));
  const head = ["", base, ...columns.map(({ label }) => label), "to reach"];
  const lines = rows.map((row) => [
    row.title,
    row.raw,
    ...columns.map(({ id }) => written(row.cells[id])),
    row.target,
  ]);
  return markdownTable(head, lines);
}

/** What stands behind the summary: the absolute value of each contender. */
export function detailTable(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) =>
    row.details.map(({ contender, value }, index) => [index === 0 ? row.title : "", contender, value]),
  );
  return markdownTable(["", "contender", "median (lowest to highest)"], lines);
}

/**
 * Puts `content` between the markers `<!-- name -->` and `<!-- /name -->` of a text.
 *
 * @throws Error when the text does not have both, in this order.
 */
export function replaceBetween(text: string, name: string, content: string): string {
  const opening = `<!-- ${name} -->`;
  const start = text.indexOf(opening);
  const end = text.indexOf(`<!-- /${name} -->`);
  if (start === -1 || end < start) {
    throw new Error(`Expected the markers ${opening} and <!-- /${name} -->, in this order.`);
  }
  return `${text.slice(0, start + opening.length)}\n\n${content}\n\n${text.slice(end)}`;
}
