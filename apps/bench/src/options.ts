import { parseArgs } from "node:util";

export interface Options {
  /** The measures to run, by name or by what their names begin with; all of them by default. */
  readonly only: readonly string[];
  /** The implementations to measure beside raw, by id; all of them by default. */
  readonly implementations: readonly string[];
  readonly rounds: number | undefined;
  /** The major version of Node for driver and servers. */
  readonly node: 20 | 24;
  /** Whether the README gets the result. */
  readonly write: boolean;
}

const nodes = { "20": 20, "24": 24 } as const;
const isNode = (value: string): value is keyof typeof nodes => Object.hasOwn(nodes, value);

/** What options can name. */
export interface Known {
  readonly measures: readonly string[];
  readonly implementations: readonly string[];
}

/** Whether `http` stands for `http-calls`. */
const standsFor = (asked: string, name: string): boolean => name === asked || name.startsWith(`${asked}-`);

/** Whether a measure is to be run. */
export const isChosen = (measure: string, { only }: Pick<Options, "only">): boolean =>
  only.length === 0 || only.some((asked) => standsFor(asked, measure));

/** What is recorded in one place, and so has to be measured in one run. */
export const RECORDS = ["", " http", " sse", " websocket", " cluster", " tasks"] as const;

/** Where a measure is recorded. */
export const recordOf = (measure: string): (typeof RECORDS)[number] =>
  RECORDS.find((record) => standsFor(record.trim(), measure)) ?? "";

/** Whether of each record all measures are to be run, or none. */
const isWhole = (only: readonly string[], measures: readonly string[]): boolean =>
  RECORDS.every((record) => {
    const chosen = measures
      .filter((name) => recordOf(name) === record)
      .map((name) => isChosen(name, { only }));
    return new Set(chosen).size <= 1;
  });

const namesIn = (lists: readonly string[]): readonly string[] => lists.flatMap((names) => names.split(","));

/**
 * Reads the command line.
 *
 * @throws Error that names the option, what it got and what it takes.
 */
export function readOptions(args: readonly string[], { measures, implementations }: Known): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      only: { type: "string", multiple: true, default: [] },
      implementations: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      node: { type: "string", default: "24" },
      write: { type: "boolean", default: false },
    },
  });
  const only = namesIn(values.only);
  for (const name of only) {
    if (!measures.some((measure) => standsFor(name, measure))) {
      throw new Error(`--only got "${name}"; it takes ${measures.join(", ")}.`);
    }
  }
  const chosen = namesIn(values.implementations);
  for (const id of chosen) {
    if (!implementations.includes(id)) {
      throw new Error(`--implementations got "${id}"; it takes ${implementations.join(", ")}.`);
    }
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds got "${values.rounds ?? ""}"; it takes a whole number above 0.`);
  }
  if (!isNode(values.node)) throw new Error(`--node got "${values.node}"; it takes 20 or 24.`);
  if (values.write && (chosen.length > 0 || !isWhole(only, measures))) {
    throw new Error(
      "--write records a whole run: all measures, those of --only http, sse, websocket, cluster or tasks, or all others, of all implementations.",
    );
  }
  return { only, implementations: chosen, rounds, node: nodes[values.node], write: values.write };
}
