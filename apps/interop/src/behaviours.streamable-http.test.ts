import { describeBehaviours } from "./behaviours/describe-behaviours.js";
import { describeHttpBehaviours } from "./behaviours/http/describe-http-behaviours.js";
import { httpHarness } from "./harness/http/http-peer.js";

describeBehaviours(httpHarness(false));
describeHttpBehaviours(false);
