import type { ExtensionListenOptions } from "../../extension/client.js";
import type { JsonRpcNotification, RequestId } from "../../jsonrpc/messages.js";
import { isolate } from "../../protocol/promises.js";
import { eraOf, type Era } from "../../protocol/revisions.js";
import { onAbort, unlessAborted } from "../../protocol/abort.js";
import type { Session } from "../sessions.js";
import { ChangeQueue } from "./change-queue.js";
import { checkFilter, everythingOf } from "./filters.js";
import { HandshakeListener } from "./handshake.js";
import type { Listener, Sender } from "./listening.js";
import { StatelessListener } from "./stateless.js";
import { Subscription, type Opener } from "./subscription.js";
import type {
  Change,
  ChangeFilter,
  Changes,
  ChangeSubscription,
  ExtendedFilter,
  ListenOptions,
} from "./types.js";

/** Where subscriptions get their sessions from. */
export interface SessionSource {
  /** Whether there is a session, or may be another one. */
  reachable(): boolean;
  /** The session there is, or a new one. */
  ready(): Promise<Session>;
}

interface StartOptions extends ExtensionListenOptions {
  readonly timeoutMs: number;
}

/** The subscriptions of one client, in whichever era its server speaks. */
export class Subscriptions {
  readonly #listeners: Readonly<Record<Era, Listener>>;
  readonly #opener: Opener;
  readonly #open = new Set<Subscription>();
  readonly #ofExtensions: readonly string[];

  /**
   * @param ofExtensions what filters there are besides those of the protocol
   * @param missed told of what may have changed while a subscription was interrupted
   */
  constructor(
    sender: Sender,
    sessions: SessionSource,
    ofExtensions: readonly string[],
    missed: (change: Change) => void,
  ) {
    this.#ofExtensions = ofExtensions;
    this.#listeners = { handshake: new HandshakeListener(sender), stateless: new StatelessListener(sender) };
    this.#opener = {
      clock: sender.calls.clock,
      reachable: () => sessions.reachable(),
      missed,
      listen: async (filter, deliver, options) => {
        const session = await unlessAborted(sessions.ready(), options.signal);
        return this.#listeners[eraOf(session.agreed.revision)].listen(session, filter, deliver, options);
      },
    };
  }

  /** Delivers changes to a callback. */
  async call(
    asked: ChangeFilter,
    onChange: (change: Change) => void,
    options: StartOptions,
  ): Promise<ChangeSubscription> {
    const filter = checkFilter(asked, this.#ofExtensions);
    const deliver = (change: Change): void => {
      isolate(() => {
        onChange(change);
      });
    };
    return this.#start(filter, deliver, options);
  }

  /** Keeps changes until they are iterated over. */
  async iterate(
    asked: ChangeFilter,
    options: ListenOptions & { readonly timeoutMs: number },
  ): Promise<Changes> {
    const filter = checkFilter(asked, this.#ofExtensions);
    const queue = new ChangeQueue(() => everythingOf(filter));
    const deliver = (change: Change): void => {
      queue.add(change);
    };
    const subscription = await this.#start(filter, deliver, options);
    void subscription.closed.then(({ kind }) => {
      queue.end({ drop: kind === "closed" });
    });
    return iterable(subscription, queue);
  }

  /** @returns whether the notification is for nobody else */
  notified(notification: JsonRpcNotification): boolean {
    return Object.values(this.#listeners).some((listener) => listener.notified(notification));
  }

  cancelled(id: RequestId): void {
    this.#listeners.stateless.cancelled(id);
  }

  /** Ends all of them; the connection ends too, so that no answer is waited for. */
  close(reason: Error): void {
    for (const subscription of this.#open) void subscription.close(reason);
  }

  async #start(
    filter: ExtendedFilter,
    deliver: (change: Change) => void,
    { signal, timeoutMs, onMissed }: StartOptions,
  ): Promise<Subscription> {
    signal?.throwIfAborted();
    const subscription = new Subscription(this.#opener, filter, deliver, timeoutMs, onMissed);
    const abort = (): void => {
      void subscription.close(signal?.reason as Error | undefined); // whatever its owner gave as the reason
    };
    this.#open.add(subscription);
    const unfollow = signal && onAbort(signal, abort);
    void subscription.closed.then(() => {
      this.#open.delete(subscription);
      unfollow?.();
    });
    await subscription.start();
    return subscription;
  }
}

function iterable(subscription: Subscription, queue: ChangeQueue): Changes {
  return {
    get filter() {
      return subscription.filter;
    },
    closed: subscription.closed,
    close: () => subscription.close(),
    async *[Symbol.asyncIterator]() {
      try {
        for (let change = await queue.next(); change !== undefined; change = await queue.next()) yield change;
      } finally {
        await subscription.close();
      }
    },
  };
}
