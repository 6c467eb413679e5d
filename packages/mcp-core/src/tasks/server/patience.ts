import type { ExtensionHost } from "../../extension/server.js";
import type { Clock } from "../../protocol/clock.js";
import { StateUnavailableError } from "../../state/errors.js";

/** Pauses between tries, in ms: the first one, and the longest. */
const [FIRST_MS, LONGEST_MS] = [250, 2_000];

export interface Patience {
  readonly clock: Clock;
  /** Whether to try again after a pause. */
  readonly goesOn: () => boolean;
  /** What is worth a further try. Default: the state was away. */
  readonly passing?: (error: unknown) => boolean;
}

export function isAway(error: unknown): boolean {
  return error instanceof StateUnavailableError;
}

/** Does something that needs the state, again and again while that is away. Rejects as the last try did. */
export async function patiently<T>(
  action: () => Promise<T>,
  { clock, goesOn, passing = isAway }: Patience,
): Promise<T> {
  for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_MS)) {
    try {
      return await action();
    } catch (error) {
      if (!passing(error) || !goesOn()) throw error;
      await new Promise<void>((resolve) => void clock.schedule(pauseMs, resolve));
      if (!goesOn()) throw error;
    }
  }
}

/** How long it is tried in the background to put something in order, in ms. */
const IN_BACKGROUND_MS = 60_000;

/** Does something that nobody waits for. What fails for good is reported. */
export function inBackground(host: Pick<ExtensionHost, "clock" | "report">, work: () => Promise<void>): void {
  patiently(work, patienceFor(host.clock, IN_BACKGROUND_MS)).catch((error: unknown) => {
    host.report(error);
  });
}

/** For work in the background: goes on until so much time has passed. */
export function patienceFor(clock: Clock, ms: number): Patience {
  const until = clock.now() + ms;
  return { clock, goesOn: () => clock.now() < until };
}
