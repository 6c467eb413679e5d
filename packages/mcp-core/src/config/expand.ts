/** Environment variables by name; whatever is no string is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Expanded {
  readonly text: string;
  /** Why it could not be expanded; empty if it could. */
  readonly problems: readonly string[];
}

// Windows has a variable called ProgramFiles(x86).
const VARIABLE = /^(?:env:)?([A-Za-z_][\w()]*)(?::-([^]*))?$/;

/**
 * Replaces `${NAME}`, `${env:NAME}` and `${NAME:-default}`, whose default also stands in for an empty variable,
 * as in a shell. What has been put in is not looked at again.
 */
export function expand(text: string, environment: () => Environment): Expanded {
  const parts: string[] = [];
  const problems: string[] = [];
  let at = 0;
  for (let start = text.indexOf("${"); start !== -1; start = text.indexOf("${", at)) {
    const end = text.indexOf("}", start);
    if (end === -1) {
      problems.push("has a ${ without its }");
      break;
    }
    const value = valueOf(text.slice(start + 2, end), environment);
    if (value.problem !== undefined) problems.push(value.problem);
    parts.push(text.slice(at, start), value.text ?? "");
    at = end + 1;
  }
  return { text: parts.join("") + text.slice(at), problems };
}

interface Value {
  readonly text?: string;
  readonly problem?: string;
}

function valueOf(inside: string, environment: () => Environment): Value {
  const [, name, fallback] = VARIABLE.exec(inside) ?? [];
  if (name === undefined)
    return { problem: "has a ${…} that names no variable; what is read is ${NAME} and ${NAME:-default}" };
  if (fallback?.includes("${") === true)
    return { problem: `has a variable in the default of ${name}; a default is taken as it is` };
  const value = environment()[name];
  // Of a plain object, names such as `constructor` have values that are no strings.
  if (typeof value === "string" && (value !== "" || fallback === undefined)) return { text: value };
  if (fallback !== undefined) return { text: fallback };
  return {
    problem: `needs the environment variable ${name}, which is not set; \${${name}:-default} would have a default`,
  };
}

/** The variables of this process, where the runtime has any. */
export function processEnvironment(): Environment {
  // Browsers have no `process`, whatever the types of Node say.
  return (globalThis as { process?: { env?: Environment } }).process?.env ?? {};
}
