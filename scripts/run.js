import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** @type {string} */
const packageManager = readJson(`${root}package.json`).packageManager;

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
      // On Windows npx is a batch file, which only a shell can run.
      shell: process.platform === "win32" && command === "npx",
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

const ownPnpm = `${root}node_modules/pnpm`;

/**
 * Runs the pinned pnpm: the installed one, or where there is none yet, through npx, so that Node and npm are all
 * that a machine needs.
 *
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const pnpm = (args, options) => {
  const installed = existsSync(ownPnpm) && readJson(`${ownPnpm}/package.json`).version;
  return `pnpm@${installed}` === packageManager
    ? run(process.execPath, [`${ownPnpm}/bin/pnpm.cjs`, ...args], options)
    : run("npx", ["-y", "--prefer-offline", packageManager, ...args], options);
};

/**
 * Installs what the lockfile says.
 *
 * @param {string[]} [filter] the workspaces to install for; all of them by default
 */
export const install = (filter = []) =>
  pnpm(["install", "--frozen-lockfile", "--prefer-offline", ...filter], { quiet: true });
