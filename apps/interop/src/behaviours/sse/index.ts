import type { SseBehaviour } from "../../harness/sse/sse-trial.js";
import type { RequirementId } from "../../requirements/index.js";
import { messages } from "./messages.js";
import { security } from "./security.js";

/** What is done to see a requirement of HTTP+SSE met, by the requirement's id. */
export type SseBehaviours = Readonly<Partial<Record<RequirementId, SseBehaviour>>>;

/** Every behaviour of a server over HTTP+SSE. */
export const sseBehaviours: SseBehaviours = { ...messages, ...security };
