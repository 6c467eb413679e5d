import type { Era, JsonObject } from "@towpath/mcp-core";
import type { Stage } from "./stage.js";

/** One thing the tour shows, and what has to come of it. */
export interface Check {
  readonly name: string;
  /** The transports that show it. Default: every one. */
  readonly over?: readonly string[];
  readonly run: (stage: Stage) => Promise<Finding>;
  readonly expected: (era: Era, transport: string) => JsonObject;
}

export interface Finding {
  /** Compared with what is expected. */
  readonly observed: JsonObject;
  /** For the reader, in a few words. */
  readonly shown: string;
}
