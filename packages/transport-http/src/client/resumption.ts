import type { Clock } from "@towpath/mcp-core/transport";
import type { ResumptionOptions } from "./options.js";

/** Connections that end at once follow each other no faster than this, in ms, whatever the server says. */
const SHORTEST_LIFE_MS = 100;

/** When a stream that was cut is asked for again, and when no more. */
export class Resumption {
  readonly #policy: Required<ResumptionOptions>;
  readonly #clock: Clock;
  #attempts = 0;
  /** When the first attempt since the last progress was asked for: what was silent before has not failed. */
  #since: number | undefined;
  #triedAt = -Infinity;

  constructor(policy: Required<ResumptionOptions>, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /** Something new has come. */
  progressed(): void {
    this.#attempts = 0;
    this.#since = undefined;
  }

  /** A connection has lasted, though nothing new has come. */
  lasted(): void {
    this.#attempts = 0;
  }

  /**
   * How long to wait before the next attempt, in ms; `undefined`: there is none. The first comes when the server
   * said, to the ms; those after it ever later, and spread, so that not every client comes at once.
   * @param retryMs what the server said
   * @param isInvited whether the server ended the connection with an invitation to come back, which is no failure
   */
  next(retryMs: number | undefined, isInvited = false): number | undefined {
    const { attempts, delayMs, maxDelayMs, deadlineMs } = this.#policy;
    if (!isInvited && this.#attempts >= attempts) return undefined;
    const base = retryMs ?? delayMs;
    const grown = Math.max(base, Math.min(maxDelayMs, (base || 1) * 2 ** this.#attempts));
    const wanted =
      isInvited || this.#attempts === 0 ? base : Math.max(base, grown * (0.5 + Math.random() / 2));
    if (!isInvited) this.#attempts += 1;
    const now = this.#clock.now();
    const delay = now - this.#triedAt < SHORTEST_LIFE_MS ? Math.max(wanted, SHORTEST_LIFE_MS) : wanted;
    this.#triedAt = now + delay;
    this.#since ??= now;
    return now + delay > this.#since + deadlineMs ? undefined : delay;
  }
}
