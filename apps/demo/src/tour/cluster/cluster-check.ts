import type { Era, JsonObject } from "@towpath/mcp-core";
import type { Finding } from "../check.js";
import type { ShowTask } from "../task-display.js";
import type { ClusterStage } from "./cluster-stage.js";

/** One thing the tour shows of several nodes, and what has to come of it. */
export interface ClusterCheck {
  readonly name: string;
  readonly timeoutMs?: number;
  /** @param show draws the tasks that it is about */
  readonly run: (stage: ClusterStage, show: ShowTask) => Promise<Finding>;
  readonly expected: (era: Era) => JsonObject;
}

/** Checks that belong together, in an era. */
export interface ClusterSection {
  readonly era: Era;
  /** In a few words, what they are about. */
  readonly about: string;
  readonly checks: readonly ClusterCheck[];
}
