import type { JsonObject } from "@towpath/mcp-core";

/** What a server sends when it likes, until somebody reads it. */
export class Inbox {
  readonly #messages: JsonObject[] = [];
  #failure: Error | undefined;
  #changed: () => void = () => undefined;

  /** How many messages nobody has read. */
  get unread(): number {
    return this.#messages.length;
  }

  /** Takes one message; what is none ends it. */
  add(json: string): void {
    try {
      this.#messages.push(messageIn(json));
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#changed();
  }

  /** No more will come. */
  end(reason: Error): void {
    this.#failure ??= reason;
    this.#changed();
  }

  /** @throws Error with the reason, when there are no more */
  async next(): Promise<JsonObject> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }
}

/** @throws Error for what is no JSON object */
export function messageIn(json: string): JsonObject {
  const message: unknown = JSON.parse(json);
  // It has just been parsed from JSON.
  if (typeof message === "object" && message !== null) return message as JsonObject;
  throw new Error(`The server sent something that is no message: ${json}`);
}
