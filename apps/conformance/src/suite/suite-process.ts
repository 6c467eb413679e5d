import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { newerNode } from "./newer-node.js";

const execute = promisify(execFile);
const require = createRequire(import.meta.url);

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/**
 * Runs a command of the suite.
 * @returns what it wrote, also where it found failures: those are read from its results
 * @throws Error when it did not start, or took too long
 */
export async function runSuite(args: readonly string[]): Promise<string> {
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
    return (await execute(newerNode(), [main, ...args], options)).stdout;
  } catch (error) {
    if (isExit(error) && error.code === 1) return error.stdout;
    throw error;
  }
}

function isExit(error: unknown): error is Error & { readonly code: unknown; readonly stdout: string } {
  return error instanceof Error && "code" in error && "stdout" in error && typeof error.stdout === "string";
}
