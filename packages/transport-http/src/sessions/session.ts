import type { Handshake } from "@towpath/mcp-core";
import {
  encode,
  type Dispatcher,
  type Link,
  type Principal,
  type SessionRef,
} from "@towpath/mcp-core/transport";
import type { StandingStream } from "../streams/standing-stream.js";
import type { StreamOwner } from "../streams/stream-id.js";

export interface SessionStart {
  readonly id: string;
  readonly dispatcher: Dispatcher;
  readonly principal: Principal | undefined;
  /** There when the session was begun elsewhere, or has been idle. */
  readonly handshake?: Handshake | undefined;
  /** Keeps what the session agreed on; settles when it is kept. */
  readonly save: (session: Session) => Promise<void>;
}

/** A session as far as this node is busy with it: its link, and what is open. What lasts is a record. */
export class Session implements SessionRef, StreamOwner {
  readonly id: string;
  readonly link: Link;
  readonly principal: string | undefined;
  handshake: Handshake | undefined;
  standing: StandingStream | undefined;
  /** Requests in flight, and open streams. */
  uses = 0;
  lastUsed = 0;
  #saved: Promise<void> | undefined;
  readonly #save: (session: Session) => Promise<void>;

  constructor({ id, dispatcher, principal, handshake, save }: SessionStart) {
    this.id = id;
    this.principal = principal?.id;
    this.handshake = handshake;
    this.#save = save;
    this.link = dispatcher.open({
      id,
      transport: "streamable-http",
      session: this,
      ...(principal !== undefined && { principal }),
      push: (message) => this.standing?.send(encode(message)),
    });
  }

  get session(): string {
    return this.id;
  }

  /** Settles when what was agreed on, or set, is kept; rejects when it could not be. Nothing while there is nothing to keep. */
  get saved(): Promise<void> | undefined {
    return this.#saved;
  }

  remember(handshake: Handshake): void {
    this.handshake = handshake;
    const before = this.#saved ?? Promise.resolve();
    const saved = before.then(() => this.#save(this));
    const forget = (): void => {
      if (this.#saved === saved) this.#saved = undefined;
    };
    saved.then(forget, forget);
    this.#saved = saved;
  }
}
