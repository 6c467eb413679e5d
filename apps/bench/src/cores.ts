import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * Which core the servers run on, or which ones as `taskset` takes them, and which one the driver; `undefined` where
 * pinning is not possible.
 */
export type Cores = { readonly server: number | string; readonly driver: number } | undefined;

/** Pins this process, with its threads, to the last core, and leaves the first one to the servers. */
export function pinDriver(): Cores {
  const driver = availableParallelism() - 1;
  if (driver < 1) return undefined;
  const pinned = spawnSync("taskset", ["-a", "-c", "-p", String(driver), String(process.pid)]);
  return pinned.status === 0 ? { server: 0, driver } : undefined;
}

/** The command that runs this one on the servers' core. */
export function onServerCore(cores: Cores, command: string, args: readonly string[]): readonly string[] {
  return cores === undefined ? [command, ...args] : ["taskset", "-c", String(cores.server), command, ...args];
}

/** The command that runs this one on every core, although the driver that starts it has only one. */
export function onAnyCore(cores: Cores, command: string, args: readonly string[]): readonly string[] {
  return cores === undefined ? [command, ...args] : ["taskset", "-c", `0-${cores.driver}`, command, ...args];
}
