import { RefusedError, type Visit } from "@towpath/mcp-core/http-server";
import { allowHeader } from "./allow.js";
import { checkVersion, saysStateless } from "./headers.js";
import type { EndpointParts } from "./endpoint-parts.js";
import { findSession } from "./seats.js";

/**
 * Ends a session, with all that goes on in it (Session Management).
 * @throws RefusedError when there is none
 */
export async function endSession(endpoint: EndpointParts, visit: Visit): Promise<void> {
  const { headers } = visit.call;
  if (endpoint.sessions === undefined || saysStateless(headers))
    throw new RefusedError(
      405,
      "No sessions are kept, so there is none to end",
      allowHeader(endpoint, visit.call),
    );
  checkVersion(headers, endpoint.dispatcher);
  await endpoint.sessions.end(await findSession(endpoint, visit));
  visit.call.send(204, visit.headers);
}
