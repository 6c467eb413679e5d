import type { Peer } from "../../contract/index.js";
import { encodeNotification, type Outgoing, type PreEncoded } from "../../jsonrpc/encode.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Handshake } from "../../protocol/handshake.js";
import { ELICITATION_COMPLETE, RESOURCE_UPDATED } from "../../protocol/notifications.js";
import { OpenElicitations } from "../../protocol/open-elicitations.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { Resources } from "../resources/resources.js";
import { isWatched } from "../resources/subscriptions.js";
import type { Extensions } from "../extensions/extensions.js";
import type { PushedTo } from "../../extension/server.js";
import { recipientOf } from "../recipient.js";
import type { Change, Changes } from "./changes.js";
import { NotificationQueue } from "./notification-queue.js";

const NOTHING: ReadonlySet<string> = new Set();
const LIST_CHANGE = /^notifications\/(.+)\/list_changed$/;

/** What the changes that one link hears of need of its server. */
export interface ChangesHost {
  readonly changes: Changes;
  readonly resources: Resources;
  readonly extensions: Extensions;
  /** Resources that one peer may subscribe to. */
  readonly maxSubscriptions: number;
}

/**
 * What one peer of the handshake era is told of changes: those of a list where that was declared, those of a resource
 * that it subscribed to and may still see, and the end of a visit to a URL that it was sent to.
 */
export class LinkChanges {
  readonly #host: ChangesHost;
  readonly #peer: Peer;
  #handshake: Handshake | undefined;
  #subscribed: ReadonlySet<string> = NOTHING;
  #elicitations: OpenElicitations | undefined;
  #pushing: NotificationQueue | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ChangesHost, peer: Peer) {
    this.#host = host;
    this.#peer = peer;
  }

  /** Takes over what the peer agreed on, or subscribed to since. */
  adopt(handshake: Handshake): void {
    this.#handshake = handshake;
    const { subscriptions = [] } = handshake;
    this.#subscribed = subscriptions.length === 0 ? NOTHING : new Set(subscriptions);
    if (this.#peer.push === undefined || this.#stop !== undefined) return;
    const { changes, extensions } = this.#host;
    const push = (change: Change): void => this.#push(handshake, change);
    const stop = changes.hear(
      (change) => {
        if (this.#wasPromised(change)) this.#tell(change.encoded);
        else push(change);
      },
      { watched: () => this.#subscribed },
    );
    const more = extensions
      .channels(this.#pushedTo(handshake))
      .map((channel) => changes.hearOn(channel, push));
    this.#stop = () => {
      stop();
      for (const one of more) one.stop();
    };
  }

  /** The peer was sent to a URL. */
  opened(elicitationId: string): void {
    this.#elicitations ??= new OpenElicitations();
    this.#elicitations.add(elicitationId);
  }

  /** Whatever the peer waits for may have changed. */
  missed(): void {
    for (const list of this.#handshake?.listChanged ?? [])
      this.#tell(encodeNotification(`notifications/${list}/list_changed`));
    for (const uri of this.#subscribed) this.#tell(encodeNotification(RESOURCE_UPDATED, { uri }));
  }

  stop(): void {
    this.#stop?.();
    this.#pushing?.close();
  }

  #tell(message: PreEncoded): void {
    this.#queue?.add(message.json, () => message);
  }

  /** What an extension has for this peer. */
  #push(handshake: Handshake, { method, params, encoded }: Change): void {
    const push = this.#host.extensions.push(method);
    if (push?.lets(params, this.#pushedTo(handshake)) !== true) return;
    const { method: sent = method, render } = push;
    const make = (said: JsonObject | undefined): PreEncoded => encodeNotification(sent, said, encoded.key);
    this.#queue?.add(`${sent} ${encoded.json}`, () =>
      render === undefined
        ? make(params)
        : this.#host.changes.rendered(params, push).then((said) => said && make(said)),
    );
  }

  #pushedTo({ revision }: Handshake): PushedTo {
    const { principal } = this.#peer;
    return { recipient: recipientOf(this.#peer), principal, revision };
  }

  get #queue(): NotificationQueue | undefined {
    if (this.#peer.push === undefined) return undefined;
    const push = (outgoing: Outgoing): MaybePromise<void> => this.#peer.push?.(outgoing);
    this.#pushing ??= new NotificationQueue(push, this.#host.maxSubscriptions);
    return this.#pushing;
  }

  #wasPromised({ method, params, session }: Change): boolean {
    if (method === RESOURCE_UPDATED) {
      const { principal } = this.#peer;
      return isWatched(this.#host.resources, this.#subscribed, params, { principal });
    }
    if (method === ELICITATION_COMPLETE) return this.#isCompleted(params?.["elicitationId"], session);
    const name = LIST_CHANGE.exec(method)?.[1];
    return name !== undefined && this.#handshake?.listChanged?.includes(name) === true;
  }

  /** Of a session, the node that asked knows that it did, and another may have the way to the client. */
  #isCompleted(elicitationId: unknown, session: string | undefined): boolean {
    const own = this.#peer.session?.id;
    if (session !== undefined) return session === own;
    if (this.#elicitations?.complete(elicitationId) !== true) return false;
    if (own === undefined || !this.#host.changes.shared || typeof elicitationId !== "string") return true;
    this.#host.changes.announce(ELICITATION_COMPLETE, { elicitationId }, { session: own });
    return false;
  }
}
