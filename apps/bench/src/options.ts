import { parseArgs } from "node:util";

export interface Options {
  /** The measures to run, by name; all of them by default. */
  readonly only: readonly string[];
  readonly rounds: number | undefined;
  /** The major version of Node for driver and servers. */
  readonly node: 20 | 24;
  /** Whether the README gets the result. */
  readonly write: boolean;
}

const nodes = { "20": 20, "24": 24 } as const;
const isNode = (value: string): value is keyof typeof nodes => Object.hasOwn(nodes, value);

/**
 * Reads the command line.
 *
 * @throws Error that names the option, what it got and what it takes.
 */
export function readOptions(args: readonly string[], measures: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      node: { type: "string", default: "24" },
      write: { type: "boolean", default: false },
    },
  });
  const only = values.only.flatMap((names) => names.split(","));
  for (const name of only) {
    if (!measures.includes(name)) {
      throw new Error(`--only got "${name}"; it takes ${measures.join(", ")}.`);
    }
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds got "${values.rounds ?? ""}"; it takes a whole number above 0.`);
  }
  if (!isNode(values.node)) throw new Error(`--node got "${values.node}"; it takes 20 or 24.`);
  if (values.write && only.length > 0) throw new Error("--write records a whole run: leave --only out.");
  return { only, rounds, node: nodes[values.node], write: values.write };
}
