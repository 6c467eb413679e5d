import type { ClientTransport, ReconnectBudget } from "@towpath/mcp-core/transport";
import type { EnvironmentOptions } from "./environment.js";
import { byteLimits, checkDuration, type ByteLimits } from "./limits.js";
import type { StderrTarget } from "./stderr.js";

const CLOSE_TIMEOUT_MS = 2000;
const KILL_TIMEOUT_MS = 2000;
const RECONNECT: ReconnectBudget = { attempts: 3, windowMs: 60_000 };

export interface StdioClientOptions extends ByteLimits, EnvironmentOptions {
  /** The program to start: a path, or a name to be found on the server's `PATH`. No shell is involved. */
  readonly command: string;
  readonly args?: readonly string[];
  /** The server's working directory. Default: that of this process. */
  readonly cwd?: string | URL;
  /** Where the server's stderr goes; the end of it is in a `ServerExitedError` in any case. Default: `"inherit"`. */
  readonly stderr?: StderrTarget;
  /** How long the server may take to exit after its stdin was closed, in milliseconds. Default: 2,000. */
  readonly closeTimeoutMs?: number;
  /** How long it may take after SIGTERM, before SIGKILL, in milliseconds. Default: 2,000. */
  readonly killTimeoutMs?: number;
  /** How often a server that was lost may be started again. Default: 3 times a minute; `false`: never. */
  readonly reconnect?: ReconnectBudget | false;
}

/**
 * Starts a server as a process of its own and speaks to it on its stdin and stdout (specification,
 * Transports, stdio). Closing ends the process and what it started: stdin is closed, then come SIGTERM and
 * SIGKILL to its process group (on Windows `taskkill`). If this process exits first, the group is killed.
 *
 * Connecting rejects with a `ServerStartError` when the program cannot be started. A connection that is
 * lost has a `ServerExitedError` as its reason.
 *
 * @throws RangeError when a limit or a duration is out of range
 */
export function stdioClient(options: StdioClientOptions): ClientTransport {
  const { args = [], stderr = "inherit", reconnect = RECONNECT } = options;
  const settings = {
    ...options,
    ...byteLimits(options),
    args,
    stderr,
    closeTimeoutMs: checkDuration("closeTimeoutMs", options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS),
    killTimeoutMs: checkDuration("killTimeoutMs", options.killTimeoutMs ?? KILL_TIMEOUT_MS),
  };
  return {
    name: "stdio",
    connect: async (receiver) => {
      // Loaded here, so that a server does not pay for starting processes.
      const { connectToServer } = await import("./server-process.js");
      return connectToServer(settings, receiver);
    },
    ...(reconnect !== false && { reconnect }),
  };
}
