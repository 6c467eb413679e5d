import { StateClosedError, type Unsubscribe } from "@towpath/mcp-core/state";
import type { Redis } from "../connection/redis.js";
import { wellFormed } from "../well-formed.js";

// An object for each subscription, so that one function may subscribe twice.
export interface Member<F> {
  readonly call: F;
  readonly onGap: (() => void) | undefined;
  /** Nothing is delivered to it once this is `false`. */
  active: boolean;
}

interface Topic<F> {
  readonly members: Set<Member<F>>;
  readonly subscription: Promise<() => Promise<void>>;
}

export interface TopicsOptions<F> {
  /** Kind of the channels. */
  readonly kind: string;
  readonly heard: (topic: string, members: ReadonlySet<Member<F>>, text: string) => void;
}

/** Who takes part in which topic; one listener of Redis for each topic. */
export class Topics<F> {
  readonly #redis: Redis;
  readonly #options: TopicsOptions<F>;
  readonly #topics = new Map<string, Topic<F>>();
  #closed = false;
  size = 0;

  constructor(redis: Redis, options: TopicsOptions<F>) {
    this.#redis = redis;
    this.#options = options;
  }

  channel(topic: string): string {
    return this.#redis.channel(this.#options.kind, wellFormed("A topic", topic));
  }

  /** Settles once the subscription is in force. */
  async join(name: string, call: F, onGap?: () => void): Promise<Unsubscribe> {
    const known = this.#topics.get(name);
    const topic = known ?? this.#open(name);
    const member: Member<F> = { call, onGap, active: true };
    topic.members.add(member);
    this.size++;
    try {
      await topic.subscription;
      if (known !== undefined) await this.#check(name);
      if (this.#closed) throw new StateClosedError();
    } catch (error) {
      await this.#leave(name, topic, member);
      throw error;
    }
    return () => this.#leave(name, topic, member);
  }

  /** All members, of whatever topic. */
  *members(): Iterable<readonly [topic: string, member: Member<F>]> {
    for (const [name, { members }] of this.#topics) for (const member of members) yield [name, member];
  }

  close(): void {
    this.#closed = true;
    for (const [, member] of this.members()) member.active = false;
    this.#topics.clear();
  }

  #open(name: string): Topic<F> {
    const members = new Set<Member<F>>();
    const heard = (text: string): void => this.#options.heard(name, members, text);
    const topic = { members, subscription: this.#redis.subscribe(this.channel(name), heard) };
    this.#topics.set(name, topic);
    return topic;
  }

  /** Settles if the subscription is still in force, as another listener of the same channel finds out. */
  async #check(name: string): Promise<void> {
    const end = await this.#redis.subscribe(this.channel(name), () => undefined);
    await end();
  }

  async #leave(name: string, topic: Topic<F>, member: Member<F>): Promise<void> {
    member.active = false;
    if (!topic.members.delete(member)) return;
    this.size--;
    if (topic.members.size > 0) return;
    if (this.#topics.get(name) === topic) this.#topics.delete(name);
    // A subscription that failed, or whose connection is lost, has ended already.
    await topic.subscription.then((end) => end()).catch(() => undefined);
  }
}
