/** How many characters of stderr a message quotes. */
const QUOTED_CHARACTERS = 1000;

export interface ServerExit {
  readonly command: string;
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** `null` when it exited by itself. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, at most 8,192 characters. */
  readonly stderrTail: string;
}

/** The server's process ended, or was given up because it closed its pipes, while it was still needed. */
export class ServerExitedError extends Error implements ServerExit {
  override readonly name = "ServerExitedError";
  readonly command: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderrTail: string;

  constructor(exit: ServerExit, what = whatHappened(exit)) {
    const tail = exit.stderrTail.trim().slice(-QUOTED_CHARACTERS);
    super(
      `The server ${JSON.stringify(exit.command)} ${what}${tail === "" ? "" : `; its stderr ends with:\n${tail}`}`,
    );
    this.command = exit.command;
    this.exitCode = exit.exitCode;
    this.signal = exit.signal;
    this.stderrTail = exit.stderrTail;
  }
}

function whatHappened({ exitCode, signal }: ServerExit): string {
  return signal === null ? `exited with code ${String(exitCode)}` : `was ended by ${signal}`;
}

/** The server's process could not be started. `code` is the system's, such as `ENOENT`. */
export class ServerStartError extends Error {
  override readonly name = "ServerStartError";
  readonly command: string;
  readonly code: string | undefined;

  constructor(command: string, reason: string, cause: unknown) {
    super(`Cannot start the server ${JSON.stringify(command)}: ${reason}`, { cause });
    this.command = command;
    this.code = systemCode(cause);
  }
}

export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
