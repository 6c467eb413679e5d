import type { Bus, JsonObject, JsonValue, Unsubscribe } from "@towpath/mcp-core";
import { fireAndForget, isObject } from "@towpath/mcp-core/transport";

/** What the nodes that serve a session tell each other of it. */
export type SessionNews =
  | { readonly kind: "ended"; readonly session: string }
  | { readonly kind: "changed"; readonly session: string }
  | { readonly kind: "listening"; readonly session: string }
  | { readonly kind: "cancelled"; readonly session: string; readonly params: JsonObject };

const TOPIC = "towpath/http/sessions";

/** Carries news of sessions from node to node. */
export class SessionWire {
  readonly #bus: Bus;
  readonly #report: (error: unknown) => void;
  readonly #node = crypto.randomUUID();
  readonly #heard: Promise<Unsubscribe | undefined>;

  /** @param heard called with what other nodes tell */
  constructor(bus: Bus, heard: (news: SessionNews) => void, report: (error: unknown) => void) {
    this.#bus = bus;
    this.#report = report;
    const node = this.#node;
    const listener = (message: JsonValue): void => {
      // Only nodes of this server publish here, and only news.
      if (isObject(message) && message["node"] !== node) heard(message as unknown as SessionNews);
    };
    this.#heard = bus.subscribe(TOPIC, listener).catch((error: unknown) => {
      report(error);
      return undefined;
    });
  }

  tell(news: SessionNews): void {
    // Plain data, every kind of it.
    const message = { ...news, node: this.#node } as unknown as JsonObject;
    this.#bus.publish(TOPIC, message).catch(this.#report);
  }

  /** Hears nothing any more. */
  close(): void {
    fireAndForget(async () => (await this.#heard)?.());
  }
}
