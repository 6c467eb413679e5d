import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/**
 * Runs a command in the root folder.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, onOutput?: (chunk: string) => void, env?: Record<string, string> }} [options]
 *   `quiet` holds the output back and shows it only when the command fails
 * @returns {Promise<number>} its exit code; 1 where a signal ended it
 */
export const run = (command, args, { quiet = false, onOutput, env } = {}) =>
  new Promise((resolve, reject) => {
    const piped = quiet || onOutput !== undefined;
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      shell: process.platform === "win32",
      stdio: ["inherit", piped ? "pipe" : "inherit", piped ? "pipe" : "inherit"],
    });
    let held = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
        if (quiet) held += chunk;
        else process.stdout.write(chunk);
        onOutput?.(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) process.stderr.write(held);
      resolve(code ?? 1);
    });
  });

/**
 * Installs what the lockfile says, with the pinned pnpm through npx: Node and npm are all that a machine needs.
 *
 * @param {string[]} [filter] the workspaces to install for; all of them by default
 */
export const install = (filter = []) =>
  run(
    "npx",
    [
      "-y",
      "--prefer-offline",
      manifest.packageManager,
      "install",
      "--frozen-lockfile",
      "--prefer-offline",
      ...filter,
    ],
    { quiet: true },
  );
