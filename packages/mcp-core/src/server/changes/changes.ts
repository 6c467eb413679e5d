import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { RESOURCE_UPDATED } from "../../protocol/notifications.js";
import type { Hearing, Told } from "../../extension/server.js";
import type { Bus } from "../../state/contract.js";
import { Channels } from "./channels.js";
import { Topic, type Hear, type Interests } from "./topic.js";

export type { Change, Interests } from "./topic.js";

/** Whom something is announced to, where that is not everybody. */
export interface AnnouncedTo {
  /** The one session that it is for. */
  readonly session?: string | undefined;
  /** Nobody hears of it but those who hear this channel. */
  readonly channel?: string | undefined;
}

interface Announced {
  readonly change: JsonObject;
  readonly channel: string | undefined;
}

const NOTHING: Interests = {};
const ALL: AnnouncedTo = {};
const LISTS = ["tools", "prompts", "resources"];

const TOPIC = "towpath/changes";

/**
 * Carries changes to whoever listens: to every link and subscription of this process, and with a shared
 * state's bus, to those on every node. Several announcements of the same change in one turn are one.
 */
export class Changes {
  readonly #bus: Bus | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #all: Topic;
  readonly #channels: Channels;
  readonly #announced = new Map<string, Announced>();

  /** @param failed told of what a hearer throws, which is no concern of the others */
  constructor(bus: Bus | undefined, failed: (error: unknown) => void) {
    this.#bus = bus;
    this.#failed = failed;
    this.#all = new Topic({ bus, name: TOPIC, failed, missed: () => this.#missed() });
    this.#channels = new Channels(bus, failed);
  }

  /** Whether anybody may be listening in this process. */
  get started(): boolean {
    return this.#all.started;
  }

  /** Settles when changes are carried, from other nodes too. */
  start(): Promise<unknown> {
    if (this.#all.started) return this.#all.start();
    return this.#all.start().then(() => this.#channels.tryAgain());
  }

  /** Whether other nodes hear of what changes here. */
  get shared(): boolean {
    return this.#bus !== undefined;
  }

  /** @throws TypeError when `params` are no object, or hold what JSON cannot carry */
  announce(method: string, params?: JsonObject, { session, channel }: AnnouncedTo = ALL): void {
    if (params !== undefined && !isObject(params))
      throw new TypeError(`The params of ${method} must be an object, not ${describe(params)}`);
    const change: JsonObject = {
      method,
      ...(params !== undefined && { params }),
      ...(session !== undefined && { session }),
    };
    if (this.#announced.size === 0) {
      queueMicrotask(() => {
        this.#publish();
      });
    }
    this.#announced.set(JSON.stringify(channel === undefined ? change : [channel, change]), {
      change,
      channel,
    });
  }

  /** Returns the way to stop hearing. */
  hear(hearer: Hear, interests = NOTHING): () => void {
    return this.#all.hear(hearer, interests);
  }

  /** Hears what is announced on a channel. */
  hearOn(channel: string, hearer: Hear, interests = NOTHING): Hearing {
    return this.#channels.hear(topicOf(channel), hearer, interests);
  }

  /** What a change is to be told with: as it was announced, unless whoever tells of it makes something else of it. */
  async rendered(params: JsonObject | undefined, { render }: Told): Promise<JsonObject | undefined> {
    try {
      return await render?.(params);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #publish(): void {
    const all = [...this.#announced.values()];
    this.#announced.clear();
    for (const { change, channel } of all) {
      const topic = channel === undefined ? this.#all : this.#channels.topic(topicOf(channel));
      topic.tell(change);
    }
  }

  /** Whatever may have changed did, as far as anybody here can tell: reading it anew does no harm. */
  #missed(): void {
    const uris = new Set([...this.#all.interests].flatMap(({ watched }) => [...(watched?.() ?? [])]));
    for (const list of LISTS) this.#all.heard({ method: `notifications/${list}/list_changed` });
    for (const uri of uris) this.#all.heard({ method: RESOURCE_UPDATED, params: { uri } });
    this.#all.missed();
    this.#channels.tryAgain();
  }
}

function topicOf(channel: string): string {
  return `${TOPIC}/${channel}`;
}
