import type { Writable } from "node:stream";

let guarded = false;

export interface StdoutGuard {
  /** Writes to stdout itself. */
  readonly write: Writable["write"];
  /** Makes `process.stdout.write` what it was. */
  release(): void;
}

/**
 * Keeps stdout for MCP ("The server MUST NOT write anything to its `stdout` that is not a valid MCP
 * message"): what others write to it, `console.log` included, goes to stderr until `release`.
 *
 * @throws Error when stdout is guarded already
 */
export function guardStdout(): StdoutGuard {
  if (guarded) throw new Error("stdio() already serves on this process's stdin and stdout");
  guarded = true;
  const { stdout, stderr } = process;
  const own = Object.getOwnPropertyDescriptor(stdout, "write");
  const write = stdout.write.bind(stdout);
  const redirect = stderr.write.bind(stderr);
  stdout.write = redirect;
  return {
    write,
    release: () => {
      guarded = false;
      // Somebody may have wrapped ours meanwhile; theirs leads to stderr, which is not wrong.
      if (stdout.write !== redirect) return;
      if (own === undefined) Reflect.deleteProperty(stdout, "write");
      else Object.defineProperty(stdout, "write", own);
    },
  };
}
