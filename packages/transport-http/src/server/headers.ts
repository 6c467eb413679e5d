import { accepts, isMediaType } from "@towpath/mcp-core/http";
import { RefusedError } from "@towpath/mcp-core/http-server";
import {
  DEFAULT_HTTP_REVISION,
  isStatelessRevision,
  REVISIONS,
  describe,
  type Dispatcher,
  type ReadonlyHeaders,
  type Revision,
} from "@towpath/mcp-core/transport";

export const SESSION_ID = "mcp-session-id";
export const LAST_EVENT_ID = "last-event-id";

const VERSION = "mcp-protocol-version";
const JSON_BODY = "application/json";
const EVENTS = "text/event-stream";

/** @throws RefusedError for a body that is not JSON, or a client that does not take both kinds of answer */
export function checkPostTypes(headers: ReadonlyHeaders): void {
  const type = headers.get("content-type");
  if (!isMediaType(type, JSON_BODY)) throw new RefusedError(415, wrongType(type));
  const accept = headers.get("accept");
  if (!accepts(accept, JSON_BODY) || !accepts(accept, EVENTS))
    throw new RefusedError(406, `The Accept header must list both ${JSON_BODY} and ${EVENTS}`);
}

function wrongType(header: string | null): string {
  const [type = ""] = (header ?? "").split(";", 1);
  const charset = isMediaType(type, JSON_BODY) ? " in UTF-8: no other charset is taken" : "";
  return `The Content-Type header must be ${JSON_BODY}${charset}`;
}

/** @throws RefusedError for a client that does not take a stream of events */
export function checkGetTypes(headers: ReadonlyHeaders): void {
  if (!accepts(headers.get("accept"), EVENTS))
    throw new RefusedError(406, `The Accept header must list ${EVENTS}`);
}

/**
 * Checks the version where core does not see the message (2025-06-18, Protocol Version Header).
 * @throws RefusedError for one that is not spoken
 */
export function checkVersion(headers: ReadonlyHeaders, { revisions = REVISIONS }: Dispatcher): void {
  const version = headers.get(VERSION);
  if (version === null || revisions.some((revision) => revision === version)) return;
  const supported = revisions.join(", ");
  throw new RefusedError(
    400,
    `The MCP-Protocol-Version header says ${describe(version)}; supported: ${supported}`,
  );
}

/** What a client says it speaks; nothing for what does not exist. One that says nothing speaks 2025-03-26. */
export function revisionOf(headers: ReadonlyHeaders): Revision | undefined {
  const version = headers.get(VERSION) ?? DEFAULT_HTTP_REVISION;
  return REVISIONS.find((revision) => revision === version);
}

export function saysStateless(headers: ReadonlyHeaders): boolean {
  return isStatelessRevision(headers.get(VERSION));
}
