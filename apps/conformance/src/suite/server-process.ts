import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ServerSetup } from "./scope.js";

/** Built beside the program that runs this. */
const SERVER = fileURLToPath(new URL("server.js", import.meta.url));

const STOP_TIMEOUT_MS = 5_000;

export interface ServerProcess {
  readonly url: string;
  /** Settles when the process has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the conformance server on a free port, in a process of its own that ends with this one.
 * @throws Error when it ends before it serves
 */
export async function startServer({ sessions, answers }: ServerSetup): Promise<ServerProcess> {
  const child = fork(SERVER, ["--port", "0", "--answers", answers, ...(sessions ? ["--sessions"] : [])], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // As server.ts sends it.
  const served = once(child, "message") as Promise<[{ readonly url: string }]>;
  const ended = once(child, "exit");
  const failed = ended.then(([code, signal]) => {
    throw new Error(`The conformance server ended with ${String(signal ?? code)} before it served`);
  });
  const [{ url }] = await Promise.race([served, failed]);
  return {
    url,
    stop: async () => {
      child.kill();
      const killed = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(killed);
    },
  };
}
