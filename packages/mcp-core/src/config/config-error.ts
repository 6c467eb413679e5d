/** A place in a configuration, member by member. */
export type Path = readonly (string | number)[];

export interface ConfigIssue {
  /** As in `mcpServers.my-server.args[1]`; empty for the configuration as a whole. */
  readonly path: string;
  /** What is wrong there. Follows on the path, and holds no value of `env`, `headers` or `url`. */
  readonly message: string;
}

const MAX_SHOWN = 10;

/** A configuration that cannot be used. `issues` has everything that is wrong with it, `message` the first ten. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly issues: readonly ConfigIssue[];
  /** The file it came from, where that is known. */
  readonly file: string | undefined;

  constructor(issues: readonly ConfigIssue[], file?: string) {
    super(messageOf(issues, file));
    this.issues = issues;
    this.file = file;
  }
}

function messageOf(issues: readonly ConfigIssue[], file: string | undefined): string {
  const lines = issues.slice(0, MAX_SHOWN).map(lineOf);
  if (issues.length > MAX_SHOWN) lines.push(`and ${issues.length - MAX_SHOWN} more`);
  const [first = ""] = lines;
  if (lines.length === 1) return file === undefined ? first : `${file}: ${first}`;
  return `${file ?? "The configuration"} has ${issues.length} problems:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function lineOf({ path, message }: ConfigIssue): string {
  return `${path === "" ? "The configuration" : path} ${message}`;
}

const PLAIN_NAME = /^[\w$@/-]+$/;

/** As in `mcpServers.my-server.args[1]`; names that could be misread are quoted: `mcpServers["a.b"]`. */
export function pathText(path: Path): string {
  const text = path.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    return PLAIN_NAME.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return text.join("").replace(/^\./, "");
}

/** What sort of value it is. The value itself may be a secret. */
export function sortOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
