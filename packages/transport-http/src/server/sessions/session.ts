import type { Handshake } from "@towpath/mcp-core";
import {
  encode,
  type Dispatcher,
  type Link,
  type MaybePromise,
  type Outgoing,
  type Peer,
  type Principal,
  type SessionRef,
} from "@towpath/mcp-core/transport";
import type { StandingStream } from "../streams/standing-stream.js";
import type { StreamOwner } from "../streams/stream-id.js";
import type { ReadSession } from "./session-records.js";

/** Keeps what a session agreed on, or has set since. */
export interface SessionKeeper {
  /** Settles when it is kept. `before` is absent for what begins the session. */
  keep(session: Session, before: Handshake | undefined, after: Handshake): Promise<void>;
}

export interface SessionStart {
  readonly id: string;
  readonly dispatcher: Dispatcher;
  readonly principal: Principal | undefined;
  /** There when the session was begun elsewhere, or has been idle. */
  readonly stored?: ReadSession;
  readonly keeper: SessionKeeper;
}

/** The client of a session, as its server sees it. There may be many, so that it holds no more than it must. */
class SessionPeer implements Peer {
  readonly transport = "streamable-http";
  readonly session: Session;
  readonly principal?: Principal;
  #id: string | undefined;

  constructor(session: Session, principal: Principal | undefined) {
    this.session = session;
    if (principal !== undefined) this.principal = principal;
  }

  /** Unique among the links of all nodes; made when it is asked for. */
  get id(): string {
    return (this.#id ??= crypto.randomUUID());
  }

  push(message: Outgoing): MaybePromise<void> {
    return this.session.standing?.send(encode(message), "json" in message ? message.key : undefined);
  }
}

/** A session as far as this node is busy with it: its link, and what is open. What lasts is a record. */
export class Session implements SessionRef, StreamOwner {
  readonly id: string;
  readonly link: Link;
  /** The id of the principal it belongs to. */
  readonly principal: string | undefined;
  handshake: Handshake | undefined;
  standing: StandingStream | undefined;
  /** It was ended, with all that went on in it. */
  ended = false;
  /** Requests in flight, and open streams. */
  uses = 0;
  lastUsed = 0;
  /** When its time to live last began anew. */
  touchedAt = -Infinity;
  #version: string | undefined;
  #saved: Promise<void> | undefined;
  readonly #keeper: SessionKeeper;

  constructor({ id, dispatcher, principal, stored, keeper }: SessionStart) {
    this.id = id;
    this.principal = principal?.id;
    this.handshake = stored?.handshake;
    this.#version = stored?.version;
    this.#keeper = keeper;
    this.link = dispatcher.open(new SessionPeer(this, principal));
  }

  get session(): string {
    return this.id;
  }

  /** Of the record that this node knows. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Whether something is being kept at the moment. */
  get saving(): boolean {
    return this.#saved !== undefined;
  }

  remember(handshake: Handshake): Promise<void> {
    const before = this.handshake;
    this.handshake = handshake;
    const keep = (): Promise<void> => this.#keeper.keep(this, before, handshake);
    const saved = this.#saved === undefined ? keep() : this.#saved.then(keep, keep);
    const forget = (): void => {
      if (this.#saved === saved) this.#saved = undefined;
    };
    saved.then(forget, forget);
    this.#saved = saved;
    return saved;
  }

  /** Takes over what is stored. */
  adopt({ handshake, version }: Pick<ReadSession, "handshake" | "version">): void {
    this.#version = version;
    this.handshake = handshake;
    this.link.adopt(handshake);
  }
}
