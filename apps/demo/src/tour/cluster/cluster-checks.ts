import { cutStream, question } from "./checks-calls.js";
import { subscription } from "./checks-changes.js";
import { callLost, nodeDrained, nodeKilled, nodeKilledAtOnce } from "./checks-ends.js";
import { inTurn, sessionEnded } from "./checks-sessions.js";
import type { ClusterSection } from "./cluster-check.js";

/** What the tour shows of several nodes, in this order. */
export const clusterSections: readonly ClusterSection[] = [
  {
    era: "handshake",
    about: "a session that every node knows",
    checks: [inTurn, nodeKilled, question, subscription, cutStream, nodeDrained, sessionEnded],
  },
  {
    era: "stateless",
    about: "every request speaks for itself",
    checks: [inTurn, question, subscription, nodeDrained, nodeKilledAtOnce],
  },
  { era: "handshake", about: "what becomes of a call whose node was killed", checks: [callLost] },
];
