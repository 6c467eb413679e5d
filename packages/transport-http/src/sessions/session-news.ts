import type { Bus, Handshake, JsonObject, JsonValue } from "@towpath/mcp-core";
import { isObject } from "@towpath/mcp-core/transport";

/** What the nodes that serve a session tell each other of it. */
export type SessionNews =
  | { readonly kind: "ended"; readonly session: string }
  | { readonly kind: "changed"; readonly session: string; readonly handshake: Handshake }
  | { readonly kind: "listening"; readonly session: string }
  | { readonly kind: "cancelled"; readonly session: string; readonly params: JsonObject };

const TOPIC = "towpath/http/sessions";

/** Carries news of sessions from node to node. */
export class SessionWire {
  readonly #bus: Bus;
  readonly #report: (error: unknown) => void;
  readonly #node = crypto.randomUUID();

  constructor(bus: Bus, report: (error: unknown) => void) {
    this.#bus = bus;
    this.#report = report;
  }

  /** Hears what other nodes tell. */
  hear(heard: (news: SessionNews) => void): void {
    const listener = (message: JsonValue): void => {
      // Only nodes of this server publish here, and only news.
      if (isObject(message) && message["node"] !== this.#node) heard(message as unknown as SessionNews);
    };
    this.#bus.subscribe(TOPIC, listener).catch(this.#report);
  }

  tell(news: SessionNews): void {
    // Plain data, every kind of it.
    const message = { ...news, node: this.#node } as unknown as JsonObject;
    this.#bus.publish(TOPIC, message).catch(this.#report);
  }
}
