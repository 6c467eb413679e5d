import type { JsonObject } from "../jsonrpc/messages.js";
import type { Feature } from "../protocol/revisions.js";
import type { McpServerOptions } from "./options.js";
import type { Prompts } from "./prompts/prompts.js";
import type { Resources } from "./resources/resources.js";
import type { Tools } from "./tools/tools.js";

/** What a server has to offer. */
export interface Offering {
  readonly options: McpServerOptions;
  readonly tools: Tools;
  readonly prompts: Prompts;
  readonly resources: Resources;
}

/** A capability of the core protocol: when it is there, and what is declared of it. */
interface Offer {
  readonly isThere: (server: Offering) => boolean;
  /** Declared where the peer's link can carry notifications. */
  readonly live?: JsonObject;
  /** Worth declaring only there. */
  readonly onlyLive?: boolean;
  /** What a revision must know for it to be declared at all. */
  readonly since?: Feature;
}

export const OFFERS: ReadonlyMap<string, Offer> = new Map<string, Offer>([
  ["logging", { isThere: ({ options }) => options.logging ?? true, onlyLive: true }],
  [
    "completions",
    {
      isThere: ({ prompts, resources }) => prompts.completes || resources.completes,
      since: "completionsCapability",
    },
  ],
  [
    "resources",
    { isThere: ({ resources }) => resources.offered, live: { subscribe: true, listChanged: true } },
  ],
  ["prompts", { isThere: ({ prompts }) => prompts.registry.offered, live: { listChanged: true } }],
  ["tools", { isThere: ({ tools }) => tools.registry.offered, live: { listChanged: true } }],
]);
