import { describeBehaviours } from "./behaviours/describe-behaviours.js";
import { webSocketHarness } from "./harness/ws/web-socket-peer.js";

describeBehaviours(webSocketHarness);
