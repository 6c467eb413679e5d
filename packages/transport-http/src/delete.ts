import { allowHeader } from "./allow.js";
import { checkVersion, saysStateless } from "./headers.js";
import type { Host, Visit } from "./host.js";
import { RefusedError } from "./refused-error.js";
import { findSession } from "./seats.js";

/**
 * Ends a session, with all that goes on in it (Session Management).
 * @throws RefusedError when there is none
 */
export async function endSession(host: Host, visit: Visit): Promise<void> {
  const { headers } = visit.call;
  if (host.sessions === undefined || saysStateless(headers))
    throw new RefusedError(
      405,
      "No sessions are kept, so there is none to end",
      allowHeader(host, visit.call),
    );
  checkVersion(headers, host.dispatcher);
  await host.sessions.end(await findSession(host, visit));
  visit.call.send(204, visit.headers);
}
