import { describeBehaviours } from "./behaviours/describe-behaviours.js";
import { stdioHarness } from "./harness/stdio.js";

describeBehaviours(stdioHarness);
