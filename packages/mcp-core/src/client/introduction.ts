import { describe } from "../jsonrpc/guards.js";
import { eraOf, REVISIONS, type Era, type Revision } from "../protocol/revisions.js";
import type { ClientCapabilities, Implementation } from "../protocol/types.js";
import { VERSION } from "../protocol/version.js";
import type { Introduction } from "./negotiate.js";
import type { McpClientOptions } from "./options.js";

const OURSELVES: Implementation = { name: "towpath", version: VERSION };

const ERAS: readonly Era[] = ["handshake", "stateless"];

/**
 * What a client with these options says of itself.
 * @throws RangeError for an era or a revision that there is not
 */
export function introductionOf(
  { info = OURSELVES, era, revisions }: McpClientOptions,
  declared: (revision: Revision) => ClientCapabilities,
): Introduction {
  if (era !== undefined) checkOneOf(ERAS, "era", era);
  for (const revision of revisions ?? []) checkOneOf(REVISIONS, "revisions", revision);
  return {
    info: typeof info === "string" ? { name: info, version: "0.0.0" } : info,
    revisions: REVISIONS.filter(
      (revision) => (revisions?.includes(revision) ?? true) && (era === undefined || eraOf(revision) === era),
    ),
    declared,
  };
}

function checkOneOf(allowed: readonly unknown[], name: string, given: unknown): void {
  if (allowed.includes(given)) return;
  throw new RangeError(`${name} may be ${allowed.map(describe).join(", ")}, not ${describe(given)}`);
}
