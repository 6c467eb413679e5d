import type { Dispatcher, Listener, ServerTransport } from "../contract/index.js";

/** A server that serves. */
export interface Running {
  /** Where clients reach it, for the transports that have an address. */
  readonly urls: readonly string[];
  /** Settles when every transport has ended. */
  readonly closed: Promise<void>;
  /**
   * Takes nothing new, lets what is in flight, and tasks that run, finish for at most `timeoutMs` (default 5,000 ms), and
   * ends. Settles when it has; soon after that time in any case.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/** The little of a process that running a program needs, where there is one. */
interface ProcessLike {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  /** Without a code, with the one the author set. */
  exit(code?: number): never;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** @throws TypeError without a transport; whatever a transport fails to start with, after ending the others */
export async function startAll(
  dispatcher: Dispatcher,
  transports: readonly ServerTransport[],
): Promise<readonly Listener[]> {
  if (transports.length === 0) {
    throw new TypeError(
      'There is no transport to run on. Install one, such as "@towpath/transport-stdio", and call run(stdio())',
    );
  }
  const started = await Promise.allSettled(transports.map(async (transport) => transport.start(dispatcher)));
  const listeners = started
    .filter((outcome) => outcome.status === "fulfilled")
    .map((outcome) => outcome.value);
  const failure = started.find((outcome) => outcome.status === "rejected");
  if (failure !== undefined) {
    await Promise.allSettled(listeners.map((listener) => listener.drain({ timeoutMs: 0 })));
    throw failure.reason;
  }
  return listeners;
}

/** How long a drain may take where it does not say, in ms, as `Listener.drain` has it. */
export const DRAIN_MS = 5_000;

/** Serves until every transport has ended, then ends the process. */
export async function runUntilDone(
  start: () => Promise<Running>,
  runtime = processOf(globalThis),
): Promise<void> {
  const running = await start();
  if (runtime === undefined) return running.closed;
  const stopSignals = drainOnSignals(runtime, running);
  await running.closed;
  stopSignals();
  // Timers and sockets an author left open must not keep a server alive that nobody can reach.
  runtime.exit();
}

/** The first signal drains, the second ends at once. */
function drainOnSignals(runtime: ProcessLike, running: Running): () => void {
  let draining = false;
  const listeners = Object.entries(SIGNALS).map(([signal, exitCode]) => {
    const listener = (): void => {
      if (draining) runtime.exit(exitCode);
      draining = true;
      void running.drain();
    };
    runtime.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) runtime.off(signal, listener);
  };
}

function processOf(scope: object): ProcessLike | undefined {
  const found = (scope as { process?: Partial<ProcessLike> }).process;
  // Browsers' bundlers often put a `process` there that is none.
  return typeof found?.exit === "function" && typeof found.on === "function"
    ? (found as ProcessLike)
    : undefined;
}
