import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { serverEnvironment, type EnvironmentOptions } from "./environment.js";
import { ServerStartError, systemCode } from "./server-errors.js";

export type ServerChild = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StartOptions extends EnvironmentOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
}

/** Starts a server's process, at the head of a process group of its own. Rejects with a `ServerStartError`. */
export async function startProcess(options: StartOptions): Promise<ServerChild> {
  const { command, args, cwd } = options;
  try {
    const child = spawn(command, args, {
      cwd,
      env: serverEnvironment(options),
      stdio: ["pipe", "pipe", "pipe"],
      shell: false,
      windowsHide: true,
      // On Windows this would open a console window, and there are no groups.
      detached: process.platform !== "win32",
    });
    await once(child, "spawn");
    // From now on errors are those of signals that come too late.
    return child.on("error", () => undefined);
  } catch (error) {
    throw new ServerStartError(command, reason(options, error), error);
  }
}

export function directoryPath(cwd: string | URL | undefined): string | undefined {
  return cwd instanceof URL ? fileURLToPath(cwd) : cwd;
}

function reason({ command, cwd }: StartOptions, error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOENT" && cwd !== undefined && !existsSync(cwd))
    return `its directory ${cwd} does not exist`;
  if (code === "ENOENT") return `no such command. ${whereToLook(command)}`;
  if (code === "EACCES") return "it may not be executed. Check that it is a program, and its permissions";
  if (code === "EINVAL" && process.platform === "win32") {
    return `batch files need a shell. Use command "cmd" with args ["/c", ${JSON.stringify(command)}, …]`;
  }
  return error instanceof Error ? error.message : String(error);
}

function whereToLook(command: string): string {
  if (/[\\/]/.test(command)) return "Check the path, which is relative to `cwd`";
  const windows =
    process.platform === "win32" ? '; for .cmd files such as npx, use "cmd" with args ["/c", …]' : "";
  return `Check that it is installed and on the server's PATH, or give its full path${windows}`;
}
