import { eraOf, REVISIONS } from "../protocol/revisions.js";
import type { Implementation } from "../protocol/types.js";
import { VERSION } from "../protocol/version.js";
import { declaredWith } from "./answering/declared.js";
import type { Introduction } from "./negotiate.js";
import type { McpClientOptions } from "./options.js";

const OURSELVES: Implementation = { name: "towpath", version: VERSION };

/** What a client with these options says of itself. */
export function introductionOf(options: McpClientOptions): Introduction {
  const { info = OURSELVES, era, revisions, extensions = [] } = options;
  const capabilities = declaredWith(options, options.capabilities);
  const declared = Object.fromEntries(extensions.map(({ id, settings = {} }) => [id, settings]));
  return {
    info: typeof info === "string" ? { name: info, version: "0.0.0" } : info,
    revisions: REVISIONS.filter(
      (revision) => (revisions?.includes(revision) ?? true) && (era === undefined || eraOf(revision) === era),
    ),
    capabilities: {
      ...capabilities,
      ...(extensions.length > 0 && { extensions: { ...capabilities.extensions, ...declared } }),
    },
  };
}
