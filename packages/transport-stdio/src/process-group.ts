import { spawn, spawnSync } from "node:child_process";

/** A process and whatever it started. */
export interface ProcessGroup {
  /** Asks every member to end. */
  terminate(): void;
  /** Ends every member. */
  kill(): void;
  /** The same, done when the call returns: for a process that is about to exit. */
  killNow(): void;
  /** Whether there are members left. */
  isAlive(): boolean;
}

/** The group of a process that was started with `detached`, which made it the leader of its own. */
export function processGroup(leader: number, platform: NodeJS.Platform = process.platform): ProcessGroup {
  return platform === "win32" ? windowsTree(leader) : posixGroup(leader);
}

function posixGroup(leader: number): ProcessGroup {
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-leader, name);
    } catch {
      // ESRCH: nobody is left. EPERM: nobody we may signal, such as members that are dead and not reaped yet.
      return false;
    }
  };
  const kill = (): void => void signal("SIGKILL");
  return { terminate: () => void signal("SIGTERM"), kill, killNow: kill, isAlive: () => signal(0) };
}

/** Windows has neither groups nor signals; what a process started is found only while it runs itself. */
function windowsTree(root: number): ProcessGroup {
  const taskkill = ["/pid", String(root), "/T", "/F"];
  const kill = (): void => {
    spawn("taskkill", taskkill, { stdio: "ignore", windowsHide: true }).on("error", () => undefined);
  };
  return {
    terminate: kill,
    kill,
    killNow: () => void spawnSync("taskkill", taskkill, { stdio: "ignore", windowsHide: true }),
    isAlive: () => false,
  };
}

const watched = new Set<ProcessGroup>();

function killWatched(): void {
  for (const group of watched) group.killNow();
}

/** Kills the group if this process exits before `unwatch` was called. */
export function watch(group: ProcessGroup): void {
  if (watched.size === 0) process.on("exit", killWatched);
  watched.add(group);
}

export function unwatch(group: ProcessGroup): void {
  watched.delete(group);
  if (watched.size === 0) process.off("exit", killWatched);
}
