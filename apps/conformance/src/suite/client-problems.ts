/** How a client ended, and what the suite makes of it. */
export interface ClientEnd {
  readonly passed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The last words of client.ts. */
const LAST_WORDS = "Finished";

/** How much of what a client wrote is shown, in characters. */
const SHOWN = 1_000;

/** What went wrong besides the checks: a client that failed, or hung, may have done enough for those before. */
export function clientProblems({ passed, stdout, stderr }: ClientEnd): readonly string[] {
  if (stdout.trimEnd().endsWith(LAST_WORDS)) return passed ? [] : ["The suite counts the run as failed"];
  const words = stderr.trim();
  return [`The client did not finish${words === "" ? "" : `: ${words.slice(-SHOWN)}`}`];
}
