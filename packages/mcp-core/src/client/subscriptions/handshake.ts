import type { JsonRpcNotification } from "../../jsonrpc/messages.js";
import { ConnectionLostError } from "../../protocol/errors.js";
import { unlessAborted } from "../../protocol/abort.js";
import { deferred } from "../../protocol/deferred.js";
import { SubscriptionEndedError } from "../../protocol/client-errors.js";
import type { Session } from "../sessions.js";
import { changeOf, honouredBy, lets, urisOf } from "./filters.js";
import type { Listener, Listening, ListeningOptions, Sender } from "./listening.js";
import { ResourceInterests } from "./resource-interests.js";
import type { Change, ExtendedFilter } from "./types.js";

interface Hearing {
  readonly session: Session;
  readonly filter: ExtendedFilter;
  readonly deliver: (change: Change) => void;
  readonly end: (reason: Error) => void;
}

/** Changes of lists come unasked; those of resources are asked for one by one (Resources, Subscriptions). */
export class HandshakeListener implements Listener {
  readonly #sender: Sender;
  readonly #hearings = new Set<Hearing>();
  readonly #interests = new WeakMap<Session, ResourceInterests>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async listen(
    session: Session,
    asked: ExtendedFilter,
    deliver: (change: Change) => void,
    { signal, timeoutMs }: ListeningOptions,
  ): Promise<Listening> {
    signal.throwIfAborted();
    const filter = honouredBy(session.agreed.capabilities, asked);
    const interests = this.#interestsOn(session, timeoutMs);
    const uris = urisOf(filter);
    const ended = deferred<Error>();
    const hearing: Hearing = { session, filter, deliver, end: ended.resolve };
    // Heard from before the first answer on: what it is followed by may arrive together with it.
    this.#hearings.add(hearing);
    const close = async (): Promise<void> => {
      if (!this.#hearings.delete(hearing)) return;
      ended.resolve(new SubscriptionEndedError());
      await Promise.allSettled(uris.map((uri) => interests.release(uri)));
    };
    try {
      await unlessAborted(Promise.all(uris.map((uri) => interests.hold(uri))), signal);
    } catch (error) {
      void close();
      throw error;
    }
    return { filter, ended: ended.promise, close };
  }

  notified(notification: JsonRpcNotification): boolean {
    if (this.#hearings.size === 0) return false;
    const change = changeOf(notification);
    for (const { filter, deliver } of this.#hearings) if (lets(filter, change)) deliver(change);
    return false;
  }

  cancelled(): void {
    // There is no request that lasts.
  }

  #interestsOn(session: Session, timeoutMs: number): ResourceInterests {
    const known = this.#interests.get(session);
    if (known !== undefined) return known;
    const interests = new ResourceInterests((method, uri) =>
      this.#sender.roundTrip(session, method, { uri }, { timeoutMs }),
    );
    this.#interests.set(session, interests);
    void session.connection.closed.then(({ error }) => {
      this.#lost(
        session,
        error ?? new ConnectionLostError("The connection was closed", { mayHaveBeenDelivered: true }),
      );
    });
    return interests;
  }

  #lost(session: Session, reason: Error): void {
    for (const hearing of this.#hearings) {
      if (hearing.session !== session) continue;
      this.#hearings.delete(hearing);
      hearing.end(reason);
    }
  }
}
