import type { Cores } from "./cores.js";
import type { Era, Implementation } from "./implementations.js";

/** What every measure is given. */
export interface Context {
  readonly implementations: readonly Implementation[];
  /** The Node binary that servers run on. */
  readonly node: string;
  readonly cores: Cores;
  /** How many rounds were asked for; each measure has its own default. */
  readonly rounds: number | undefined;
}

/** One cell per era; one alone where eras do not differ. */
export type Cell = Partial<Record<Era, string>>;

/** One line of the table. */
export interface Row {
  readonly title: string;
  /** The raw limit, absolute. */
  readonly raw: string;
  /** By the id of the implementation. */
  readonly cells: Readonly<Record<string, Cell>>;
  readonly target: string;
  /** The absolute values behind the cells, and what could not be measured. */
  readonly details: readonly Detail[];
}

export interface Detail {
  readonly contender: string;
  readonly value: string;
}

/** One thing that is measured, by the name that `--only` takes. */
export interface Measure {
  readonly name: string;
  run(context: Context): Promise<readonly Row[]>;
}
