import type { Exchange, Peer } from "../../contract/index.js";
import { describe } from "../../jsonrpc/guards.js";
import type { Clock } from "../../protocol/clock.js";
import { RateLimitedError } from "../../protocol/errors.js";
import { unwatched } from "../../protocol/promises.js";
import type { State } from "../../state/contract.js";
import { digest } from "./digest.js";
import { Leases } from "./leases.js";
import { checkedRateLimit, type CheckedRateLimit, type RateLimitOptions } from "./options.js";
import { Quotas } from "./quotas.js";
import type { Quota } from "./quota.js";

export interface RateLimiterOptions {
  /** What counts for all nodes. Absent: this process is the only one. */
  readonly state?: State | undefined;
  readonly clock: Clock;
  /** Milliseconds since the epoch, as all nodes agree on. */
  readonly now: () => number;
  readonly report: (error: unknown) => void;
}

const UNCOUNTED = "ping";
/** Longer names are remembered by their digest. */
const MAX_NAME_LENGTH = 256;
/** Names that begin so are remembered by their digest as well, so that none is taken for another's. */
const RESERVED = "sha256:";
/** All who have no principal: remembered by what begins no other name. */
const NOBODY = Symbol("nobody");
type Name = string | typeof NOBODY | undefined;

/**
 * Lets each caller make so many requests in a window of time, over all nodes. Windows are the same on all: they begin
 * at multiples of their length on a clock that the nodes agree on, and a request counts in the one it came in.
 *
 * A node takes quota from the common count ahead of demand, at most a sixteenth of the limit, and decides by what
 * it holds. What it holds when the window ends is lost: a caller that moves on to other nodes may get that much less,
 * at most a tenth of the limit for each node. Never does anybody get more, but where the state is away: then each
 * node lets through as many as if it were the only one.
 */
export class RateLimiter {
  readonly #limit: CheckedRateLimit;
  readonly #now: () => number;
  readonly #leases: Leases | undefined;
  readonly #quotas: Quotas;

  /** @throws RangeError, TypeError for options that are not what they must be */
  constructor(options: RateLimitOptions, { state, clock, now, report }: RateLimiterOptions) {
    this.#limit = checkedRateLimit(options);
    const { requests, perMs } = this.#limit;
    this.#now = now;
    this.#leases = state && new Leases({ state, clock, now, requests, perMs, report });
    this.#quotas = new Quotas(this.#limit, state !== undefined);
  }

  /**
   * Counts a request. Settles when it may be served; `undefined`: at once.
   * @throws RateLimitedError, also later, which nobody has to watch; what `by` throws
   */
  admit(method: string, peer: Peer, exchange: Exchange): Promise<void> | undefined {
    if (method === UNCOUNTED) return undefined;
    const name = this.#nameOf(method, peer, exchange);
    const at = this.#now();
    if (name === NOBODY) return this.#take(RESERVED, at);
    if (name === undefined) return undefined;
    if (name.length <= MAX_NAME_LENGTH && !name.startsWith(RESERVED)) return this.#take(name, at);
    return unwatched(digest(name).then((digested) => this.#take(RESERVED + digested, at)));
  }

  #nameOf(method: string, peer: Peer, { principal = peer.principal, headers }: Exchange): Name {
    const { by } = this.#limit;
    if (by === undefined) return principal === undefined ? NOBODY : principal.id;
    const name: unknown = by({
      principal,
      transport: peer.transport,
      session: peer.session?.id,
      headers,
      method,
    });
    if (name === undefined || typeof name === "string") return name;
    throw new TypeError(`rateLimit.by must give a string or undefined, not ${describe(name)}`);
  }

  #take(caller: string, at: number): Promise<void> | undefined {
    const quota = this.#quotas.of(caller, Math.floor(at / this.#limit.perMs));
    if (quota.take()) {
      if (quota.isLow) this.#leases?.ahead(quota);
      return undefined;
    }
    const allowed = this.#leases !== undefined && !quota.isFull && this.#leases.take(quota);
    if (allowed === true) return undefined;
    if (allowed === false) throw this.#refusal(quota);
    return unwatched(
      allowed.then((served) => {
        if (!served) throw this.#refusal(quota);
      }),
    );
  }

  #refusal({ window }: Quota): RateLimitedError {
    const { requests, perMs } = this.#limit;
    const retryAfterMs = Math.max(1, Math.ceil((window + 1) * perMs - this.#now()));
    return new RateLimitedError(
      `At most ${String(requests)} requests are served in ${String(perMs)} ms; try again in ${String(retryAfterMs)} ms`,
      retryAfterMs,
    );
  }
}
