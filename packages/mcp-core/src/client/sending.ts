import type { JsonObject } from "../jsonrpc/messages.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { OnDemand } from "../protocol/on-demand.js";
import { ConnectionLostError, McpErrorCode } from "../protocol/errors.js";
import { unlessAborted } from "../protocol/abort.js";
import { begunAlready } from "./begun-already.js";
import { RequestTimeoutError } from "../protocol/client-errors.js";
import type { Kept } from "./kept.js";
import type { CallOptions } from "./options.js";
import type { Requests } from "./requests.js";
import type { Failed, SecondAttempt } from "./second-attempt.js";
import type { Session, Sessions } from "./sessions.js";

export interface SendingOptions {
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly kept: Kept;
  /** Absent where no request is sent twice. */
  readonly secondAttempt: OnDemand<SecondAttempt> | undefined;
  /** How often the tools have been listed anew. */
  readonly listings: () => number;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

/** Sends each request on the session there is, or on a new one, and once more where that may help. */
export class Sending {
  readonly #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
  }

  /** Settles with the result, or with the one that is kept. */
  request(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const { sessions, requests } = this.#options;
    const { current } = sessions;
    if (current !== undefined) return this.#on(current, method, params, options);
    const opened = this.#inTime(sessions.open(), method, options, requests.calls.clock.now());
    return opened.then((session) => this.#on(session, method, params, options));
  }

  #on(session: Session, method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const { requests, kept, secondAttempt } = this.#options;
    requests.checkCapability(method, session.agreed);
    return kept.through(session, method, params, options, () => {
      if (secondAttempt === undefined) return requests.roundTrip(session, method, params, options);
      const startedAt = requests.calls.clock.now();
      const listings = this.#options.listings();
      return requests.roundTrip(session, method, params, options).catch(async (error: unknown) => {
        if (this.#options.closing.aborted || !mayBeSentAgain(error)) throw error;
        const failed = { error, session, method, params, listings };
        const prepared = (await secondAttempt.load()).prepare(failed);
        if (prepared === undefined) throw error;
        return this.#again(failed, prepared, options, startedAt);
      });
    });
  }

  async #again(
    { error, method, params }: Failed,
    prepared: Promise<unknown>,
    options: CallOptions,
    startedAt: number,
  ): Promise<JsonObject> {
    const { requests, sessions, kept } = this.#options;
    try {
      const ready = unlessAborted(
        prepared.then(() => sessions.ready()),
        this.#options.closing,
      );
      const session = await this.#inTime(ready, method, options, startedAt);
      kept.connected(session);
      requests.checkCapability(method, session.agreed);
      return await requests.roundTrip(session, method, params, options, startedAt);
    } catch (problem) {
      const isBegun = error instanceof ConnectionLostError && error.mayHaveBeenDelivered;
      throw isBegun ? begunAlready(problem) : problem;
    }
  }

  /** Waiting for a connection is for its caller a time without an answer, like any other. */
  #inTime<T>(
    ready: Promise<T>,
    method: string,
    { signal, ...options }: CallOptions,
    startedAt: number,
  ): Promise<T> {
    const { requests } = this.#options;
    const { clock } = requests.calls;
    const { timeoutMs, maxTotalTimeoutMs } = requests.limitsOf(options);
    const leftMs = startedAt + maxTotalTimeoutMs - clock.now();
    const late = new AbortController();
    const timer = clock.schedule(
      Math.min(timeoutMs, leftMs),
      () => {
        late.abort(
          leftMs <= timeoutMs
            ? new RequestTimeoutError(method, maxTotalTimeoutMs, "total")
            : new RequestTimeoutError(method, timeoutMs, "idle"),
        );
      },
      { keepAlive: true },
    );
    return unlessAborted(unlessAborted(ready, late.signal), signal).finally(() => {
      timer.cancel();
    });
  }
}

/** Whether it may be worth looking into: what decides that is loaded then. */
function mayBeSentAgain(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true;
  return error instanceof ProtocolError && error.code === McpErrorCode.headerMismatch;
}
