import { StateUnavailableError } from "@towpath/mcp-core";
import type { Clock } from "@towpath/mcp-core/transport";

/** The first pause before something is tried again, in ms; each further one is twice as long. */
const PAUSE_MS = 250;

const LONGEST_PAUSE_MS = 4_000;

/**
 * Writes what must not get lost, again and again for as long as the state is away, but for at most `forMs`.
 * @param write may have been carried out where it rejects, and does no harm when it is carried out twice
 */
export async function insist<T>(write: () => Promise<T>, clock: Clock, forMs: number): Promise<T> {
  const until = clock.now() + forMs;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    await new Promise<void>((resolve) => void clock.schedule(pauseMs, resolve));
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StateUnavailableError) || clock.now() > until) throw error;
    }
  }
}
