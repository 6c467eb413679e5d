import type { Command, Option } from "./command.js";

/** The name a reader can type as it stands, from the root of the repository. */
const PROGRAM = "node apps/demo/dist/main.js";

export function usage(commands: ReadonlyMap<string, Command>): string {
  const rows = [...commands].map(([name, { summary }]) => [name, summary] as const);
  return [
    `A notebook server that speaks the Model Context Protocol, and a guided tour of it.`,
    `Usage: ${PROGRAM} <command> [options]`,
    `Commands:\n${table(rows)}`,
    `${PROGRAM} <command> --help tells more.`,
  ]
    .join("\n\n")
    .concat("\n");
}

export function commandUsage(name: string, { summary, options }: Command): string {
  const rows = Object.entries(options).map(
    ([option, { value, help, negatable = false }]) =>
      [`--${negatable ? "[no-]" : ""}${option}${value === undefined ? "" : ` ${value}`}`, help] as const,
  );
  const variables = Object.entries(options).flatMap(([option, details]) => variableOf(option, details));
  return [
    `${PROGRAM} ${name}${rows.length > 0 ? " [options]" : ""}: ${summary}`,
    ...(rows.length > 0 ? [`Options:\n${table(rows)}`] : []),
    ...(variables.length > 0 ? [`Environment, where the option is not given:\n${table(variables)}`] : []),
  ]
    .join("\n\n")
    .concat("\n");
}

function variableOf(name: string, { variable }: Option): (readonly [string, string])[] {
  return variable === undefined ? [] : [[variable, `stands in for --${name}`]];
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
