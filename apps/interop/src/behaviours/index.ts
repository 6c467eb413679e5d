import type { Behaviours } from "./behaviours.js";
import { batches } from "./batches.js";
import { cancellation, progress } from "./exchanges.js";
import { jsonrpc } from "./jsonrpc.js";
import { lifecycle } from "./lifecycle.js";
import { caching } from "./caching.js";
import { pagination } from "./lists.js";
import { logging } from "./logging.js";
import { prompts } from "./prompts.js";
import { completion } from "./completion.js";
import { elicitation } from "./elicitation.js";
import { mrtr } from "./mrtr.js";
import { resources } from "./resources.js";
import { roots } from "./roots.js";
import { sampling } from "./sampling.js";
import { subscriptions } from "./subscriptions.js";
import {
  taskExtension,
  taskExtensionCancellation,
  taskExtensionInput,
  taskExtensionLives,
  taskExtensionNotifications,
} from "./tasks-extension.js";
import { taskEnds, taskLives, taskResults, taskSupport } from "./tasks.js";
import { results, tools } from "./tools.js";
import { metadata, versioning } from "./versioning.js";

/** Every behaviour of a server that does not depend on the transport. */
export const behaviours: Behaviours = {
  ...jsonrpc,
  ...lifecycle,
  ...versioning,
  ...metadata,
  ...tools,
  ...results,
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
  ...batches,
  ...taskSupport,
  ...taskLives,
  ...taskResults,
  ...taskEnds,
  ...taskExtension,
  ...taskExtensionLives,
  ...taskExtensionInput,
  ...taskExtensionCancellation,
  ...taskExtensionNotifications,
};
