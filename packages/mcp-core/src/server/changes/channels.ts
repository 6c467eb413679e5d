import type { Hearing } from "../../extension/server.js";
import { unwatched } from "../../protocol/promises.js";
import type { Bus } from "../../state/contract.js";
import { Topic, type Hear, type Interests } from "./topic.js";

/** Topics that this node hears only while somebody here does. */
export class Channels {
  readonly #bus: Bus | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #heard = new Map<string, Topic>();

  constructor(bus: Bus | undefined, failed: (error: unknown) => void) {
    this.#bus = bus;
    this.#failed = failed;
  }

  /** For those who announce. */
  topic(name: string): Topic {
    return this.#heard.get(name) ?? this.#make(name);
  }

  hear(name: string, hearer: Hear, interests: Interests): Hearing {
    const topic = this.topic(name);
    this.#heard.set(name, topic);
    const stop = topic.hear(hearer, interests);
    return {
      begun: unwatched(topic.start()),
      stop: () => {
        stop();
        if (topic.isHeard || this.#heard.get(name) !== topic) return;
        this.#heard.delete(name);
        topic.stop();
      },
    };
  }

  /** Hears those that could not be heard before, as the state was away. */
  tryAgain(): void {
    for (const topic of this.#heard.values()) {
      if (topic.started) continue;
      topic.start().then(
        () => topic.missed(),
        () => undefined, // tried again when the state is back
      );
    }
  }

  #make(name: string): Topic {
    const topic: Topic = new Topic({
      bus: this.#bus,
      name,
      failed: this.#failed,
      missed: () => topic.missed(),
    });
    return topic;
  }
}
