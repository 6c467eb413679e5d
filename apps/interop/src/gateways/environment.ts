import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const folder = new URL("../../node_modules/.cache/gateways/", import.meta.url);

/** The packages that are spoken to; with what they need, they take more than 100 MB. */
const PACKAGES = { fastmcp: "4.20.16", supergateway: "4.0.0" } as const;

export type Installed = keyof typeof PACKAGES;

const MAIN: Readonly<Record<Installed, string>> = {
  fastmcp: "dist/FastMCP.js",
  supergateway: "dist/index.js",
};

/**
 * Installs the packages, unless they are there.
 * @returns their versions
 * @throws Error that says what npm said
 */
export function prepare(): string {
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: PACKAGES };
  writeFileSync(new URL("package.json", folder), JSON.stringify(manifest));
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
  const installed = spawnSync("npm", ["install", ...options], {
    cwd: fileURLToPath(folder),
    encoding: "utf8",
  });
  if (installed.status !== 0) throw new Error(`npm could not install them:\n${installed.stderr}`);
  return Object.entries(PACKAGES)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

/** The path of a package's program or module. */
export function pathOf(name: Installed): string {
  const path = fileURLToPath(new URL(`node_modules/${name}/${MAIN[name]}`, folder));
  if (!existsSync(path)) throw new Error(`There is no ${path}`);
  return path;
}

/** The path of a program of ours, built. */
export function ownPath(name: string): string {
  return fileURLToPath(new URL(`../${name}.js`, import.meta.url));
}

export interface Started {
  readonly port: number;
  end(): Promise<void>;
}

/**
 * Starts a server that is told its port, and waits until it says that it serves.
 * @param argsFor what comes behind `node`, for that port
 */
export async function startOn(
  argsFor: (port: number) => readonly string[],
  serving: string,
): Promise<Started> {
  const port = await freePort();
  const child = spawn(process.execPath, argsFor(port), { stdio: ["pipe", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const gone = once(child, "exit");
  await said(child, serving);
  return {
    port,
    end: async () => {
      child.kill("SIGTERM");
      await gone;
      process.off("exit", kill);
    },
  };
}

/** Settles once it was said; further output is read, and forgotten. */
async function said(child: ChildProcess, what: string): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        if (text.length < 100_000) text += chunk;
        if (text.includes(what)) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`The server has exited:\n${text}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
