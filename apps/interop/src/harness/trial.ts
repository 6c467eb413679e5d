import type { JsonObject, Revision } from "@towpath/mcp-core";
import type { ReferenceSettings } from "../fixtures/reference-server.js";
import { RawClient } from "./client.js";
import type { Harness, RawPeer } from "./harness.js";
import type { Message } from "./inbox.js";

/** One run of one behaviour: a harness, a revision, and the connections it needs. */
export class Trial {
  readonly revision: Revision;
  /** A client that has introduced itself, able to answer every question, on a connection that behaviours share one after the other. */
  readonly client: RawClient;
  /** The answer to its `initialize`, or in the stateless era to `server/discover`. */
  readonly introduction: Message;
  readonly #harness: Harness;
  readonly #other: () => Promise<RawClient>;
  readonly #opened: RawPeer[] = [];

  constructor(harness: Harness, client: RawClient, introduction: Message, other: () => Promise<RawClient>) {
    this.#harness = harness;
    this.#other = other;
    this.revision = client.revision;
    this.client = client;
    this.introduction = introduction;
  }

  /** Another client that has introduced itself, with nothing declared, to a server of its own; shared too. */
  other(): Promise<RawClient> {
    return this.#other();
  }

  /** A connection to a server of its own, on which nothing was sent. It is ended after the run. */
  async stranger(settings?: ReferenceSettings): Promise<RawClient> {
    const peer = await this.#harness.open(this.revision, settings);
    this.#opened.push(peer);
    return new RawClient(peer, this.revision);
  }

  /** The same, after the introduction. */
  async fresh(settings?: ReferenceSettings, capabilities?: JsonObject): Promise<RawClient> {
    const client = await this.stranger(settings);
    await client.introduce(capabilities);
    return client;
  }

  async end(): Promise<void> {
    await Promise.all(this.#opened.map((peer) => peer.end()));
  }
}

export type Behaviour = (trial: Trial) => Promise<void>;
