import { StateUnavailableError, type State } from "@towpath/mcp-core";
import type { Clock, Nodes } from "@towpath/mcp-core/transport";
import { insist } from "./insist.js";
import { lostAnswer, originIn, type StreamOrigin } from "./origin.js";

/** The key of the event that ends a stream in place of the node that it is from: written again, it is there once. */
const LOST = "lost";

export interface Watch {
  readonly logs: State["logs"];
  readonly nodes: Nodes;
  readonly clock: Clock;
  /** Nobody here waits for the stream any more. */
  readonly signal: AbortSignal;
}

/**
 * Sees to it that a stream ends, also if it is another node's, and that is gone. Settles when it has ended, or its log
 * is no more; rejects when the signal is aborted, or the state can do no more.
 */
export async function watchOver(name: string, watch: Watch): Promise<void> {
  const { logs, nodes, clock, signal } = watch;
  const originOf = async (): Promise<StreamOrigin | undefined> => originIn((await logs.info(name))?.about);
  for (;;) {
    const origin = await insist(originOf, { clock, signal });
    if (origin === undefined) return;
    await gone(nodes, origin.node, signal);
    try {
      await lose(logs, name, origin);
      return;
    } catch (error) {
      // Whoever is missing after an outage may only need a moment to be back.
      if (!(error instanceof StateUnavailableError)) throw error;
    }
  }
}

function gone(nodes: Nodes, node: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = (): void => {
      stop();
      reject(asError(signal.reason));
    };
    signal.addEventListener("abort", leave, { once: true });
    const stop = nodes.watch(node, () => {
      signal.removeEventListener("abort", leave);
      resolve();
    });
  });
}

/** Of the node that serves a request and whoever takes it for gone, the first to close the log has the last word. */
async function lose(logs: State["logs"], name: string, origin: StreamOrigin): Promise<void> {
  const answer = lostAnswer(origin);
  await (answer === undefined ? logs.close(name) : logs.append(name, answer, { close: true, key: LOST }));
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
