import { caching } from "./caching.js";
import { cancellation, logging, progress } from "./exchanges.js";
import { httpClients } from "./http-clients.js";
import { httpMetadata } from "./http-metadata.js";
import { httpSecurity, httpSessions } from "./http-sessions.js";
import { jsonrpc } from "./jsonrpc.js";
import { lifecycle } from "./lifecycle.js";
import { pagination } from "./lists.js";

import { metadata } from "./metadata.js";
import type { Requirement } from "./requirement.js";
import { mrtr } from "./mrtr.js";
import { prompts } from "./prompts.js";
import { resources } from "./resources.js";
import { roots } from "./roots.js";
import { sampling } from "./sampling.js";
import { schemas } from "./schemas.js";
import { tasks } from "./tasks.js";
import { tasksExtension } from "./tasks-extension.js";
import { completion } from "./completion.js";
import { elicitation } from "./elicitation.js";
import { sse, sseClients, besideSse } from "./sse.js";
import { batches, stdio } from "./stdio.js";
import { streamableHttp } from "./streamable-http.js";
import { subscriptions } from "./subscriptions.js";
import { tools } from "./tools.js";
import { versioning } from "./versioning.js";
import { webSocket } from "./web-socket.js";

const entries = [
  ...jsonrpc,
  ...lifecycle,
  ...versioning,
  ...metadata,
  ...schemas,
  ...tools,
  ...resources,
  ...prompts,
  ...completion,
  ...pagination,
  ...caching,
  ...cancellation,
  ...progress,
  ...logging,
  ...subscriptions,
  ...mrtr,
  ...elicitation,
  ...sampling,
  ...roots,
  ...stdio,
  ...batches,
  ...streamableHttp,
  ...httpMetadata,
  ...httpSessions,
  ...httpSecurity,
  ...httpClients,
  ...sse,
  ...sseClients,
  ...besideSse,
  ...webSocket,
  ...tasks,
  ...tasksExtension,
] as const;

export type RequirementId = (typeof entries)[number]["id"];

/** What the specification asks for, as far as it is implemented here. */
export const requirements: readonly (Requirement & { readonly id: RequirementId })[] = entries;

const byId = new Map<string, Requirement>(entries.map((entry) => [entry.id, entry]));

/** @throws RangeError for an id that is not in the list */
export function requirement(id: RequirementId): Requirement {
  const found = byId.get(id);
  if (found === undefined) throw new RangeError(`There is no requirement "${id}"`);
  return found;
}

/** The title of a test that checks a requirement; the coverage check finds its tests by this call. */
export function req(id: RequirementId): string {
  return `${id}: ${requirement(id).behaviour}`;
}

export { holds, TRANSPORTS, type Requirement, type Transport } from "./requirement.js";
