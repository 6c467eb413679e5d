/** What a command line needs to know of the process it runs in. */
export interface Surroundings {
  /** Absolute path of the program's own file. */
  readonly program: string;
  /** Absolute path of Node. */
  readonly node: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  readonly isTTY?: boolean;
  /** Characters on a line of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** An option; all may be repeated. */
export interface Option {
  /** What its value is, as in `<port>`; absent for one that is given or not, whose value then is `true`. */
  readonly value?: string;
  readonly help: string;
  /** Whether `--no-<name>` is there besides, which makes its value `false`, and wins. */
  readonly negatable?: boolean;
  /** The environment variable that stands in for it. */
  readonly variable?: string;
}

/** The values of each option that was given, in order. */
export type Given = ReadonlyMap<string, readonly string[]>;

export interface Command {
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Settles with the exit code. */
  run(given: Given, surroundings: Surroundings): number | Promise<number>;
}

/** What was asked for makes no sense; the message says what would. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
