import type { State } from "../contract.js";
import { MemoryBus, type OnBusError } from "./bus.js";
import { Host, type HostOptions } from "./host.js";
import { MemoryLogs } from "./logs.js";
import { MemoryRecords } from "./records.js";

export interface MemoryStateOptions extends HostOptions {
  /** Told of an error that a bus listener threw, with its topic. Default: `console.error`. */
  readonly onError?: OnBusError | undefined;
}

/**
 * State in this process's memory, gone with it: the default, for one node. Bounded by `MemoryLimits`;
 * what would exceed a bound is refused, and nothing is evicted before its time. Needs no cleaning up:
 * it holds no process alive. Throws `InvalidArgumentError` for a limit that is not above 0.
 */
export function memoryState(options: MemoryStateOptions = {}): State {
  const host = new Host(options);
  const records = new MemoryRecords(host);
  const logs = new MemoryLogs(host);
  const bus = new MemoryBus(host, options.onError ?? reportError);
  return {
    records,
    logs,
    bus,
    get available() {
      return !host.closed;
    },
    async close() {
      if (host.closed) return;
      host.closed = true;
      host.expiry.stop();
      records.clear();
      logs.clear();
      bus.clear();
    },
  };
}

function reportError(error: unknown, topic: string): void {
  // eslint-disable-next-line no-console -- without an onError, a listener's failure would go unseen
  console.error(`A bus listener of topic ${JSON.stringify(topic)} failed:`, error);
}
