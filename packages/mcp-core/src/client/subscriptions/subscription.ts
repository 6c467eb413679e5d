import type { CloseReason } from "../../contract/index.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { Clock } from "../../protocol/clock.js";
import { TowpathErrorCode } from "../../protocol/errors.js";
import { isolate } from "../../protocol/promises.js";
import { deferred } from "../../protocol/deferred.js";
import { pause } from "../../protocol/pause.js";
import {
  InvalidResultError,
  MissingServerCapabilityError,
  NoCommonRevisionError,
} from "../../protocol/client-errors.js";
import { ReconnectPolicy } from "../reconnect.js";
import { everythingOf } from "./filters.js";
import type { Listening, ListeningOptions } from "./listening.js";
import type { Change, ExtendedFilter, ChangeSubscription } from "./types.js";

/** How often a subscription is made anew before it is given up. */
const AGAIN = { attempts: 5, windowMs: 60_000 };
/** The first attempt is made at once; each further one waits twice as long. */
const FIRST_PAUSE_MS = 250;

/** What a subscription is made with, the first time and again. */
export interface Opener {
  readonly clock: Clock;
  /** Whether there is a connection, or may be another one. */
  reachable(): boolean;
  listen(
    filter: ExtendedFilter,
    deliver: (change: Change) => void,
    options: ListeningOptions,
  ): Promise<Listening>;
  /** Told of what may have changed while there was no subscription, before it is delivered. */
  missed(change: Change): void;
}

/** A subscription that outlives the connection it was made on. */
export class Subscription implements ChangeSubscription {
  readonly closed: Promise<CloseReason>;
  readonly #opener: Opener;
  readonly #asked: ExtendedFilter;
  readonly #deliver: (change: Change) => void;
  readonly #timeoutMs: number;
  readonly #onMissed: (() => void) | undefined;
  readonly #again: ReconnectPolicy;
  readonly #closed = deferred<CloseReason>();
  readonly #stop = new AbortController();
  #listening: Listening | undefined;
  #isOver = false;

  /** @param onMissed told when it was made anew */
  constructor(
    opener: Opener,
    asked: ExtendedFilter,
    deliver: (change: Change) => void,
    timeoutMs: number,
    onMissed?: () => void,
  ) {
    this.#onMissed = onMissed;
    this.closed = this.#closed.promise;
    this.#opener = opener;
    this.#asked = asked;
    this.#deliver = (change) => {
      if (!this.#isOver) deliver(change);
    };
    this.#timeoutMs = timeoutMs;
    this.#again = new ReconnectPolicy(AGAIN, opener.clock);
  }

  get filter(): ExtendedFilter {
    return this.#listening?.filter ?? {};
  }

  /** To be called once. Settles when the server has acknowledged. */
  async start(): Promise<void> {
    try {
      void this.#keep(await this.#listen());
    } catch (error) {
      this.#end({ kind: "lost", error: asError(error) });
      throw error;
    }
  }

  close(reason?: Error): Promise<void> {
    this.#end({ kind: "closed" });
    this.#stop.abort(reason);
    return this.#listening?.close() ?? Promise.resolve();
  }

  async #listen(): Promise<Listening> {
    const { signal } = this.#stop;
    const options = { signal, timeoutMs: this.#timeoutMs };
    const listening = await this.#opener.listen(this.#asked, this.#deliver, options);
    this.#listening = listening;
    if (signal.aborted) {
      await listening.close();
      signal.throwIfAborted();
    }
    return listening;
  }

  async #keep(first: Listening): Promise<void> {
    let listening: Listening | undefined = first;
    while (listening !== undefined) {
      listening = await this.#listenAgain(await listening.ended);
      // What changed meanwhile is not known, so everything may have.
      const missed = listening === undefined ? [] : everythingOf(listening.filter);
      for (const change of missed) {
        this.#opener.missed(change);
        this.#deliver(change);
      }
      const onMissed = listening === undefined ? undefined : this.#onMissed;
      if (onMissed !== undefined) isolate(onMissed);
    }
  }

  async #listenAgain(lost: Error): Promise<Listening | undefined> {
    let reason = lost;
    let pauseMs = 0;
    while (!this.#isOver && this.#opener.reachable() && mayPass(reason) && this.#again.spend()) {
      try {
        if (pauseMs > 0) await pause(this.#opener.clock, pauseMs, this.#stop.signal);
        return await this.#listen();
      } catch (error) {
        reason = asError(error);
        pauseMs = Math.max(FIRST_PAUSE_MS, pauseMs * 2);
      }
    }
    this.#end({ kind: "lost", error: reason });
    return undefined;
  }

  #end(reason: CloseReason): void {
    this.#isOver = true;
    this.#closed.resolve(reason);
  }
}

const PASSING: ReadonlySet<number> = new Set([TowpathErrorCode.busy, TowpathErrorCode.shuttingDown]);

/** Whether it may be different the next time. */
function mayPass(error: Error): boolean {
  if (error instanceof ProtocolError) return PASSING.has(error.code);
  const isSettled =
    error instanceof InvalidResultError ||
    error instanceof MissingServerCapabilityError ||
    error instanceof NoCommonRevisionError;
  return !isSettled;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
