import type { Behaviour } from "../harness/trial.js";
import type { RequirementId } from "../requirements/index.js";

/** What is done to see a requirement met, by the requirement's id. Knows no transport. */
export type Behaviours = Readonly<Partial<Record<RequirementId, Behaviour>>>;
