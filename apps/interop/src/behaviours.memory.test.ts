import { describeBehaviours } from "./behaviours/describe-behaviours.js";
import { memoryHarness } from "./harness/memory.js";

describeBehaviours(memoryHarness);
