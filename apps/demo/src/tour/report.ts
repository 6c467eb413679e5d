import type { TaskSnapshot } from "@towpath/mcp-core";
import type { Output } from "../cli/command.js";
import { taskLine } from "./task-display.js";

const NAME_WIDTH = 18;
const TIME_WIDTH = 9;
/** What a line holds besides the detail. */
const FRAME_WIDTH = 4 + NAME_WIDTH + 2 + TIME_WIDTH;
const LINE_WIDTH = { least: 72, most: 110, usual: 100 };

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const;
type Style = keyof typeof CODES;

/** Empties the line of a terminal that the cursor is in. */
const EMPTIED = "\r\u001b[2K";

/** What came of one check. */
export interface Row {
  readonly name: string;
  readonly shown: string;
  readonly ms: number;
  /** How it differs from what it should be; none: it does not. */
  readonly differences: readonly string[];
}

/**
 * Writes a tour as text, line by line as it goes on. In colours on a terminal, unless NO_COLOR is set. There, a task is
 * drawn in the line of its check until that is done; elsewhere it has a line for each change of its status.
 */
export class Report {
  readonly #out: Output;
  readonly #coloured: boolean;
  readonly #detailWidth: number;
  readonly #isTerminal: boolean;
  #isDrawn = false;
  #status: string | undefined;

  constructor(out: Output, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    this.#isTerminal = out.isTTY === true;
    this.#coloured = this.#isTerminal && (env["NO_COLOR"] ?? "") === "";
    const { least, most, usual } = LINE_WIDTH;
    const { columns = 0 } = out;
    this.#detailWidth = Math.min(most, Math.max(least, columns > 0 ? columns : usual)) - FRAME_WIDTH;
  }

  title(title: string, subtitle: string): void {
    this.#line(`${this.#paint("bold", title)}\n${this.#paint("dim", subtitle)}`);
  }

  section(title: string, subtitle: string): void {
    this.#line(`\n${this.#paint("bold", title)}  ${this.#paint("dim", subtitle)}`);
  }

  /** What becomes of a task that a check is about. */
  task(name: string, task: TaskSnapshot): void {
    const line = taskLine(task).slice(0, this.#detailWidth);
    if (this.#isTerminal) {
      this.#out.write(`${EMPTIED}  … ${name.padEnd(NAME_WIDTH)} ${line}`);
      this.#isDrawn = true;
    } else if (task.status !== this.#status) this.#line(`    ${" ".repeat(NAME_WIDTH)} ${line}`);
    this.#status = task.status;
  }

  row({ name, shown, ms, differences }: Row): void {
    this.#status = undefined;
    const mark = differences.length === 0 ? this.#paint("green", "✓") : this.#paint("red", "✗");
    const detail = fitted(shown, this.#detailWidth).padEnd(this.#detailWidth);
    this.#line(`  ${mark} ${name.padEnd(NAME_WIDTH)} ${detail} ${this.#paint("dim", duration(ms))}`);
    for (const difference of differences) this.#line(this.#paint("red", `      ${difference}`));
  }

  note(title: string, text: string): void {
    this.#line(this.#paint("dim", `    ${title}\n${text.replaceAll(/^/gm, "      ")}`));
  }

  summary(checked: number, differing: number, ms: number): void {
    const time = this.#paint("dim", `in ${(ms / 1000).toFixed(1)} s`);
    const outcome =
      differing === 0
        ? this.#paint("green", `All ${String(checked)} checks came out as they should`)
        : this.#paint("red", `${String(differing)} of ${String(checked)} checks came out differently`);
    this.#line(`\n${outcome} ${time}`);
  }

  #paint(style: Style, text: string): string {
    const [on, off] = CODES[style];
    return this.#coloured ? `\u001b[${String(on)}m${text}\u001b[${String(off)}m` : text;
  }

  #line(text: string): void {
    this.#out.write(`${this.#isDrawn ? EMPTIED : ""}${text}\n`);
    this.#isDrawn = false;
  }
}

function fitted(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function duration(ms: number): string {
  return `${ms.toFixed(1)} ms`.padStart(TIME_WIDTH);
}
