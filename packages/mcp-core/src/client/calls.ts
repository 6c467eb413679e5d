import type { ClientConnection, ClientExchange, MirroredHeaders } from "../contract/index.js";
import type { HeardProgress } from "../extension/client.js";
import type { JsonObject, JsonRpcRequest, JsonRpcResponse, RequestId } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import { readProgress } from "../protocol/progress.js";
import { isolate } from "../protocol/promises.js";
import type { Progress } from "../protocol/types.js";
import { onAbort } from "../protocol/abort.js";
import { clientClosed } from "./client-closed.js";
import { Deadlines, type Expiring } from "./deadlines.js";
import { RequestTimeoutError } from "../protocol/client-errors.js";
import type { CallOptions } from "./options.js";

export interface CallLimits {
  readonly timeoutMs: number;
  readonly maxTotalTimeoutMs: number;
  /** Since when the total counts, in the clock's milliseconds. Default: since it is sent. */
  readonly startedAt?: number;
}

/** The calls a client waits for: their deadlines, their progress, their cancellation. */
export class Calls {
  readonly clock: Clock;
  readonly #mirror: ((message: JsonRpcRequest) => MirroredHeaders | undefined) | undefined;
  readonly #deadlines: Deadlines<Call>;
  readonly #listening = new Map<RequestId, Call>();
  readonly #hearing = new Map<string, (progress: Progress) => void>();
  #tokens = 0;
  /** Questions of the server's that we have not answered yet. */
  #questions = 0;
  #answeredAt = -Infinity;
  #isOver = false;

  /** @param mirror what the transport is to repeat of a request, if it does */
  constructor(clock: Clock, mirror?: (message: JsonRpcRequest) => MirroredHeaders | undefined) {
    this.clock = clock;
    this.#mirror = mirror;
    this.#deadlines = new Deadlines(clock);
  }

  /** Sends a request, whatever comes of it. */
  send(connection: ClientConnection, message: JsonRpcRequest): ClientExchange {
    return connection.request(message, this.#mirror?.(message));
  }

  /**
   * Sends a request, and settles with what is read of its response; rejects with what reading throws, and
   * when the response is too late or no longer wanted.
   */
  start<T>(
    connection: ClientConnection,
    message: JsonRpcRequest,
    limits: CallLimits,
    options: CallOptions,
    read: (response: JsonRpcResponse) => T,
  ): Promise<T> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    if (this.#isOver) return Promise.reject(clientClosed({ mayHaveBeenDelivered: false }));
    return new Promise((resolve, reject) => {
      const call = new Call(this, message, this.send(connection, message), limits, options, reject);
      this.#deadlines.watch(call);
      if (options.onProgress !== undefined) this.#listening.set(message.id, call);
      if (signal !== undefined) call.follow(signal);
      call.exchange.response.then(
        (response) => {
          this.ended(call);
          try {
            resolve(read(response));
          } catch (error) {
            reject(asError(error));
          }
        },
        (error: unknown) => {
          this.ended(call);
          reject(asError(error));
        },
      );
    });
  }

  /** Hands a progress notification to the call it is about; late, unknown or malformed ones are ignored. */
  progressed(params: JsonObject | undefined): void {
    const token = params?.["progressToken"];
    const call = typeof token === "number" ? this.#listening.get(token) : undefined;
    const progress = params === undefined ? undefined : readProgress(params);
    if (progress === undefined) return;
    call?.progressed(progress);
    const heard = typeof token === "string" ? this.#hearing.get(token) : undefined;
    if (heard !== undefined)
      isolate(() => {
        heard(progress);
      });
  }

  /** Hears progress that belongs to no call in flight. */
  hearProgress(heard: (progress: Progress) => void): HeardProgress {
    const token = `towpath-${String(++this.#tokens)}`;
    this.#hearing.set(token, heard);
    return { token, stop: () => void this.#hearing.delete(token) };
  }

  /**
   * From now on the server waits for us, and no call counts as idle: it may be the one that is asked about.
   * Returns the way to say that it does no longer.
   */
  hold(): () => void {
    let held = true;
    this.#questions += 1;
    return () => {
      if (!held) return;
      held = false;
      this.#questions -= 1;
      this.#answeredAt = this.clock.now();
    };
  }

  /** When the server last waited for us: now, if it does. */
  get lastHeldAt(): number {
    return this.#questions > 0 ? this.clock.now() : this.#answeredAt;
  }

  ended(call: Call): void {
    this.#deadlines.forget(call);
    this.#listening.delete(call.id);
    call.unfollow?.();
  }

  /** Gives up every call there is: the server is told, and each rejects with the reason. There are no more. */
  abandon(reason: Error): void {
    this.#isOver = true;
    for (const call of this.#deadlines.watched) call.giveUp(reason);
  }

  close(): void {
    this.#deadlines.close();
  }
}

class Call implements Expiring {
  slot = 0;
  readonly exchange: ClientExchange;
  readonly options: CallOptions;
  readonly #calls: Calls;
  readonly #message: JsonRpcRequest;
  readonly #limits: CallLimits;
  readonly #reject: (reason: Error) => void;
  readonly #totalDueAt: number;
  #idleSince: number;
  /** Lets go of its caller's signal. */
  unfollow: (() => void) | undefined;

  constructor(
    calls: Calls,
    message: JsonRpcRequest,
    exchange: ClientExchange,
    limits: CallLimits,
    options: CallOptions,
    reject: (reason: Error) => void,
  ) {
    const now = calls.clock.now();
    this.#calls = calls;
    this.#message = message;
    this.exchange = exchange;
    this.options = options;
    this.#limits = limits;
    this.#reject = reject;
    this.#idleSince = now;
    this.#totalDueAt = (limits.startedAt ?? now) + limits.maxTotalTimeoutMs;
  }

  get id(): RequestId {
    return this.#message.id;
  }

  /** While the server waits for us it moves on with time, and so is never later than it will turn out to be. */
  get dueAt(): number {
    return Math.min(this.#idleDueAt, this.#totalDueAt);
  }

  get #idleDueAt(): number {
    return Math.max(this.#idleSince, this.#calls.lastHeldAt) + this.#limits.timeoutMs;
  }

  progressed(progress: Parameters<NonNullable<CallOptions["onProgress"]>>[0]): void {
    this.#idleSince = this.#calls.clock.now();
    try {
      this.options.onProgress?.(progress);
    } catch (error) {
      this.giveUp(asError(error)); // its caller's own failure, and not the connection's
    }
  }

  expire(): void {
    const total = this.#totalDueAt <= this.#idleDueAt;
    const { timeoutMs, maxTotalTimeoutMs } = this.#limits;
    this.giveUp(
      new RequestTimeoutError(
        this.#message.method,
        total ? maxTotalTimeoutMs : timeoutMs,
        total ? "total" : "idle",
      ),
    );
  }

  follow(signal: AbortSignal): void {
    this.unfollow = onAbort(signal, () => {
      this.giveUp(reasonOf(signal));
    });
  }

  /** Tells the server to stop, and rejects with the reason. */
  giveUp(reason: Error): void {
    this.#calls.ended(this);
    this.exchange.cancel(reason.message);
    this.#reject(reason);
  }
}

function reasonOf(signal: AbortSignal): Error {
  return asError(signal.reason);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException(String(reason), "AbortError");
}
