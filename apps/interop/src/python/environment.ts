import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const app = new URL("../../", import.meta.url);
const folder = fileURLToPath(new URL("node_modules/.cache/python/", app));
const python = `${folder}bin/python`;

/** The packages that are spoken to, in their newest versions. */
const PACKAGES = ["fastmcp", "mcp"];

/**
 * Makes a virtual environment, unless there is one, and installs the newest packages.
 * @returns their versions
 * @throws Error that says what is missing
 */
export function prepare(): string {
  if (spawnSync("python3", ["--version"]).status !== 0)
    throw new Error(
      "There is no python3. Install Python 3.10 or later, such as with: apt-get install python3-venv",
    );
  if (!existsSync(python)) {
    const made = spawnSync("python3", ["-m", "venv", "--clear", folder], { encoding: "utf8" });
    if (made.status !== 0)
      throw new Error(
        `No virtual environment can be made; on Debian and Ubuntu it takes: apt-get install python3-venv\n${made.stdout}${made.stderr}`,
      );
  }
  const pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"];
  const installed = spawnSync(python, [...pip, "install", "--upgrade", ...PACKAGES], { encoding: "utf8" });
  if (installed.status !== 0)
    throw new Error(`pip could not install ${PACKAGES.join(" and ")}:\n${installed.stderr}`);
  const versions = PACKAGES.map((name) => `print("${name}", version("${name}"))`).join("\n");
  const code = `from importlib.metadata import version\n${versions}`;
  return spawnSync(python, ["-c", code], { encoding: "utf8" }).stdout.trim().split("\n").join(", ");
}

export interface PythonServer {
  readonly url: string;
  end(): Promise<void>;
}

/** Starts `python/server.py`; it ends with its stdin. */
export async function startPython(args: readonly string[]): Promise<PythonServer> {
  const child = spawn(python, [script("server.py"), ...args], { stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
      const [, where] = /^listening on (\S+)$/m.exec(stderr) ?? [];
      if (where !== undefined) resolve(where);
    });
    child.once("exit", () => reject(new Error(`The server has exited:\n${stderr}`)));
  });
  return {
    url,
    end: async () => {
      const exit = once(child, "exit");
      child.stdin.end();
      await exit;
    },
  };
}

/** Runs `python/client.py`. @returns what it printed */
export async function callFromPython(args: readonly string[]): Promise<unknown> {
  const child = spawn(python, [script("client.py"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [printed, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  if (child.exitCode !== 0) throw new Error(`The Python client failed:\n${complaints}`);
  return JSON.parse(printed) as unknown;
}

function script(name: string): string {
  return fileURLToPath(new URL(`python/${name}`, app));
}
