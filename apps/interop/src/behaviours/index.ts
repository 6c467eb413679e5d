import type { Behaviours } from "./behaviours.js";
import { batches } from "./batches.js";
import { cancellation, progress } from "./exchanges.js";
import { jsonrpc } from "./jsonrpc.js";
import { lifecycle } from "./lifecycle.js";
import { caching, pagination } from "./lists.js";
import { logging } from "./logging.js";
import { subscriptions } from "./subscriptions.js";
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
  ...pagination,
  ...caching,
  ...cancellation,
  ...progress,
  ...logging,
  ...subscriptions,
  ...batches,
};
