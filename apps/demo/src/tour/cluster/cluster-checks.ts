import { cutStream, question } from "./checks-calls.js";
import { subscription } from "./checks-changes.js";
import { callLost, nodeDrained, nodeKilled, nodeKilledAtOnce } from "./checks-ends.js";
import { inTurn, sessionEnded } from "./checks-sessions.js";
import { task, taskLost } from "./checks-tasks.js";
import type { ClusterSection } from "./cluster-check.js";

/** What the tour shows of several nodes, in this order. */
export const clusterSections: readonly ClusterSection[] = [
  {
    era: "handshake",
    about: "a session that every node knows",
    checks: [inTurn, nodeKilled, question, task, subscription, cutStream, nodeDrained, sessionEnded],
  },
  {
    era: "stateless",
    about: "every request speaks for itself",
    checks: [inTurn, question, task, subscription, nodeDrained, nodeKilledAtOnce],
  },
  { era: "handshake", about: "what becomes of a call whose node was killed", checks: [callLost] },
  { era: "stateless", about: "what becomes of a task whose node was killed", checks: [taskLost] },
];
