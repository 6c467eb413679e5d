import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { newerNode } from "./newer-node.js";

const execute = promisify(execFile);
const require = createRequire(import.meta.url);

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/** A command of the suite that ran. */
export interface SuiteRun {
  /** What it wrote. */
  readonly output: string;
  /** Whether it was content with everything it found. */
  readonly passed: boolean;
}

/**
 * Runs a command of the suite, and settles also where it found failures.
 * @throws Error when it did not start, or took too long
 */
export async function runSuite(args: readonly string[]): Promise<SuiteRun> {
  const main = join(
    dirname(require.resolve("@modelcontextprotocol/conformance/package.json")),
    "dist/index.js",
  );
  const options = {
    maxBuffer: MAX_OUTPUT_BYTES,
    timeout: TIMEOUT_MS,
    env: { ...process.env, NO_COLOR: "1" },
  };
  try {
    return { output: (await execute(newerNode(), [main, ...args], options)).stdout, passed: true };
  } catch (error) {
    if (isExit(error) && error.code === 1) return { output: error.stdout, passed: false };
    throw error;
  }
}

function isExit(error: unknown): error is Error & { readonly code: unknown; readonly stdout: string } {
  return error instanceof Error && "code" in error && "stdout" in error && typeof error.stdout === "string";
}
