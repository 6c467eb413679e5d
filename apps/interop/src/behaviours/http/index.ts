import type { HttpBehaviour } from "../../harness/http/http-trial.js";
import type { RequirementId } from "../../requirements/index.js";
import { headers, versions } from "./headers.js";
import { messages } from "./messages.js";
import { parameters } from "./parameters.js";
import { resumption } from "./resumption.js";
import { security } from "./security.js";
import { sessions } from "./sessions.js";
import { streams } from "./streams.js";
import { tasks } from "./tasks.js";

/** What is done to see a requirement of Streamable HTTP met, by the requirement's id. */
export type HttpBehaviours = Readonly<Partial<Record<RequirementId, HttpBehaviour>>>;

/** Every behaviour of a server over Streamable HTTP. */
export const httpBehaviours: HttpBehaviours = {
  ...messages,
  ...streams,
  ...versions,
  ...headers,
  ...parameters,
  ...sessions,
  ...resumption,
  ...security,
  ...tasks,
};
