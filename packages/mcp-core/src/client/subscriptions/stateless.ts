import type { ClientExchange } from "../../contract/index.js";
import { describe, isObject, isRequestId } from "../../jsonrpc/guards.js";
import type { JsonRpcNotification, JsonRpcResponse, RequestId } from "../../jsonrpc/messages.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { Meta } from "../../protocol/meta.js";
import { unwatched } from "../../protocol/promises.js";
import { deferred } from "../../protocol/deferred.js";
import {
  InvalidResultError,
  RequestTimeoutError,
  SubscriptionEndedError,
} from "../../protocol/client-errors.js";
import { resultOf } from "../results.js";
import type { Session } from "../sessions.js";
import { acknowledgedOf, changeOf } from "./filters.js";
import type { Listener, Listening, ListeningOptions, Sender } from "./listening.js";
import type { Change, ExtendedFilter } from "./types.js";

const METHOD = "subscriptions/listen";
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const RESULT_TYPES: ReadonlySet<string> = new Set(["complete"]);

/** `subscriptions/listen`: one long request for each subscription, whose id its notifications carry (Subscriptions). */
export class StatelessListener implements Listener {
  readonly #sender: Sender;
  readonly #streams = new Map<RequestId, Stream>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async listen(
    session: Session,
    filter: ExtendedFilter,
    deliver: (change: Change) => void,
    { signal, timeoutMs }: ListeningOptions,
  ): Promise<Listening> {
    signal.throwIfAborted();
    const message = this.#sender.message(session, METHOD, { notifications: filter });
    const exchange = this.#sender.calls.send(session.connection, message);
    const stream = new Stream(exchange, filter, deliver, { clock: this.#sender.calls.clock, timeoutMs });
    this.#streams.set(message.id, stream);
    void stream.ended.then(() => this.#streams.delete(message.id));
    const abort = (): void => {
      stream.giveUp(
        signal.reason instanceof Error ? signal.reason : new DOMException("Aborted", "AbortError"),
      );
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      await stream.acknowledged;
      return stream;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  notified(notification: JsonRpcNotification): boolean {
    const { method, params } = notification;
    const meta = params?.["_meta"];
    const id = isObject(meta) ? meta[Meta.subscriptionId] : undefined;
    const stream = isRequestId(id) ? this.#streams.get(id) : undefined;
    if (method !== ACKNOWLEDGED) stream?.deliver(changeOf(notification));
    else if (stream !== undefined) {
      stream.acknowledge(params?.["notifications"]);
      return true;
    }
    return false;
  }

  cancelled(id: RequestId): void {
    this.#streams.get(id)?.cancelledByServer();
  }
}

interface Waiting {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

class Stream implements Listening {
  readonly acknowledged: Promise<void>;
  readonly ended: Promise<Error>;
  filter: ExtendedFilter = {};
  readonly #asked: ExtendedFilter;
  readonly #exchange: ClientExchange;
  readonly #deliver: (change: Change) => void;
  readonly #waiting: Waiting;
  readonly #acknowledged = deferred();
  readonly #ended = deferred<Error>();
  #isOpen = false;
  #isOver = false;
  #timer: Scheduled;

  constructor(
    exchange: ClientExchange,
    asked: ExtendedFilter,
    deliver: (change: Change) => void,
    waiting: Waiting,
  ) {
    this.acknowledged = unwatched(this.#acknowledged.promise);
    this.ended = this.#ended.promise;
    this.#asked = asked;
    this.#exchange = exchange;
    this.#deliver = deliver;
    this.#waiting = waiting;
    const { clock, timeoutMs } = waiting;
    const late = (): void => {
      this.giveUp(new RequestTimeoutError(METHOD, timeoutMs, "idle"));
    };
    this.#timer = clock.schedule(timeoutMs, late, { keepAlive: true });
    exchange.response.then(
      (response) => {
        this.#end(endOf(response));
      },
      (error: unknown) => {
        this.#end(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  acknowledge(notifications: unknown): void {
    if (this.#isOpen || this.#isOver) return;
    if (!isObject(notifications)) {
      const what = describe(notifications);
      this.giveUp(
        new InvalidResultError(`${METHOD}: the acknowledged filter must be an object, not ${what}`),
      );
      return;
    }
    this.#isOpen = true;
    this.filter = acknowledgedOf(this.#asked, notifications);
    this.#timer.cancel();
    this.#acknowledged.resolve();
  }

  deliver(change: Change): void {
    if (this.#isOpen && !this.#isOver) this.#deliver(change);
  }

  /** Tells the server to stop. */
  giveUp(reason: Error): void {
    this.#exchange.cancel(reason.message);
    this.#end(reason);
  }

  /** The result should follow (Cancellation); it is waited for, to be taken out of the way, but not for ever. */
  cancelledByServer(): void {
    this.#end(new SubscriptionEndedError());
    const { clock, timeoutMs } = this.#waiting;
    this.#timer = clock.schedule(timeoutMs, () => {
      this.#exchange.cancel("The subscription has ended");
    });
  }

  close(): Promise<void> {
    this.giveUp(new Error("The subscription was closed"));
    return Promise.resolve();
  }

  #end(reason: Error): void {
    this.#timer.cancel();
    this.#isOver = true;
    this.#acknowledged.reject(reason);
    this.#ended.resolve(reason);
  }
}

function endOf(response: JsonRpcResponse): Error {
  try {
    resultOf(response, { method: METHOD }, RESULT_TYPES);
    return new SubscriptionEndedError();
  } catch (error) {
    return error as Error; // it throws nothing else
  }
}
