import type { ClientExtensionHost } from "../extension/client.js";
import { fireAndForget } from "../protocol/promises.js";
import { eraOf } from "../protocol/revisions.js";
import type { Answering } from "./answering/reader.js";
import type { Calls } from "./calls.js";
import type { Sessions } from "./sessions.js";
import type { Subscriptions } from "./subscriptions/subscriptions.js";

/** What a host gets from the client it stands for. */
export interface HostParts extends Pick<
  ClientExtensionHost,
  "clock" | "closing" | "report" | "request" | "listTools" | "toolResult"
> {
  readonly answering: Answering;
  readonly sessions: () => Pick<Sessions, "agreed" | "reachable" | "current">;
  readonly calls: () => Calls;
  readonly subscriptions: () => Promise<Subscriptions>;
  /** How long the server may be silent, in ms. */
  readonly timeoutMs: () => number;
}

/** The client as its extensions see it. */
export function extensionHost({
  answering,
  sessions,
  calls,
  subscriptions,
  timeoutMs,
  ...direct
}: HostParts): ClientExtensionHost {
  return {
    ...direct,
    capabilities: answering.capabilities,
    get agreed() {
      const { revision, server, capabilities } = sessions().agreed;
      return { era: eraOf(revision), revision, server, capabilities };
    },
    get isReachable() {
      return sessions().reachable();
    },
    notify: (method, params = {}) => {
      const session = sessions().current;
      if (session !== undefined)
        fireAndForget(() => session.connection.notify({ jsonrpc: "2.0", method, params }));
    },
    answer: async (inputRequests, options) => {
      const { answerAll } = await import("./answering/for-extensions.js");
      return answerAll(inputRequests, options, answering, sessions().agreed, direct.closing);
    },
    read: async (question) => {
      const { readOne } = await import("./answering/for-extensions.js");
      return readOne(question, answering, sessions().agreed, () => calls().hold());
    },
    listen: async (filter, heard, options) =>
      (await subscriptions()).call(filter, heard, { timeoutMs: timeoutMs(), ...options }),
    hearProgress: (heard) => calls().hearProgress(heard),
  };
}
