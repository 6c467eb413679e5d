import { StateUnavailableError } from "@towpath/mcp-core";
import type { Clock } from "@towpath/mcp-core/transport";

/** The first pause before something is tried again, in ms; each further one is twice as long. */
const PAUSE_MS = 250;

const LONGEST_PAUSE_MS = 4_000;

export interface Insistence {
  readonly clock: Clock;
  /** For how long it is tried again, in ms. Default: until it is stopped. */
  readonly forMs?: number;
  /** Nothing is tried any more once it is aborted; then the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Called whenever it failed and is to be tried again. */
  readonly onAway?: () => void;
}

/**
 * Does what must be done, and again for as long as the state is away.
 * @param work may have been carried out where it rejects, and does no harm when it is carried out twice
 */
export async function insist<T>(work: () => Promise<T>, how: Insistence): Promise<T> {
  const { clock, forMs = Infinity, signal, onAway } = how;
  const until = clock.now() + forMs;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StateUnavailableError) || clock.now() > until) throw error;
    }
    onAway?.();
    await pause(clock, pauseMs, signal);
  }
}

/** Ends early with its signal. */
function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.schedule(ms, done);
    signal?.addEventListener("abort", done);
  });
}
