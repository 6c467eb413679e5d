import type { Era, JsonObject } from "@towpath/mcp-core";
import type { Stage } from "./stage.js";
import type { ShowTask } from "./task-display.js";

/** One thing the tour shows, and what has to come of it. */
export interface Check {
  readonly name: string;
  /** The transports that show it. Default: every one. */
  readonly over?: readonly string[];
  /** @param show draws the tasks that it is about */
  readonly run: (stage: Stage, show: ShowTask) => Promise<Finding>;
  readonly expected: (era: Era, transport: string) => JsonObject;
}

export interface Finding {
  /** Compared with what is expected. */
  readonly observed: JsonObject;
  /** For the reader, in a few words. */
  readonly shown: string;
}
