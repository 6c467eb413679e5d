import { parseArgs } from "node:util";
import { UsageError, type Command, type Given, type Surroundings } from "./command.js";
import { commandUsage, usage } from "./usage.js";

const WRONG_USAGE = 2;
const NO = "no-";

/**
 * Runs the command that `args` asks for.
 *
 * @returns the exit code: that of the command, 2 when the arguments make no sense
 */
export async function runCommandLine(
  args: readonly string[],
  commands: ReadonlyMap<string, Command>,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    stdout.write(usage(commands));
    return 0;
  }
  try {
    const command = commands.get(name);
    if (command === undefined) {
      throw new UsageError(
        `There is no command ${JSON.stringify(name)}, but: ${[...commands.keys()].join(", ")}`,
      );
    }
    const given = parse(rest, command);
    if (given !== "help") return await command.run(given, surroundings);
    stdout.write(commandUsage(name, command));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n\`--help\` shows what there is.\n`);
    return WRONG_USAGE;
  }
}

/** @throws UsageError */
function parse(args: readonly string[], { options }: Command): Given | "help" {
  const config = Object.fromEntries(
    Object.entries(options).flatMap(([name, { value, negatable = false }]) => {
      const type = value === undefined ? ("boolean" as const) : ("string" as const);
      const names = negatable ? [name, `${NO}${name}`] : [name];
      return names.map((each) => [each, { type, multiple: true }] as const);
    }),
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...config, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) return "help";
    const parsed = new Map<string, unknown>(Object.entries(values));
    const given = new Map<string, readonly string[]>();
    for (const name of Object.keys(options)) {
      const value = parsed.get(name);
      if (Array.isArray(value)) given.set(name, value.map(String));
      if (parsed.has(`${NO}${name}`)) given.set(name, ["false"]);
    }
    return given;
  } catch (error) {
    throw new UsageError(problemOf(error), { cause: error });
  }
}

/** The platform's message, without its advice on arguments that this program does not take. */
function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\. To specify a positional.*$/s, "");
}
