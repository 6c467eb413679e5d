import { describeBehaviours } from "./behaviours/describe-behaviours.js";
import { describeSseBehaviours } from "./behaviours/sse/describe-sse-behaviours.js";
import { sseHarness } from "./harness/sse/sse-peer.js";

describeBehaviours(sseHarness);
describeSseBehaviours();
