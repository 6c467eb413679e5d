import type { HttpHeaders, HttpRequestHead } from "@towpath/mcp-core/http";
import { saysStateless } from "./headers.js";
import type { EndpointParts } from "./endpoint-parts.js";

/**
 * The Allow header of a 405: what this client could ask for at this endpoint, other than what it did (RFC 9110,
 * section 15.5.6). Sessions and streams to come back for are not part of the stateless era; OPTIONS is there for pages.
 */
export function allowHeader(
  { sessions, streams }: Pick<EndpointParts, "sessions" | "streams">,
  { method, headers }: HttpRequestHead,
): HttpHeaders {
  const handshake = !saysStateless(headers);
  const served: Readonly<Record<string, boolean>> = {
    POST: true,
    GET: handshake && (sessions !== undefined || streams !== undefined),
    DELETE: handshake && sessions !== undefined,
    OPTIONS: headers.get("origin") !== null,
  };
  return {
    allow: Object.keys(served)
      .filter((name) => served[name] === true && name !== method)
      .join(", "),
  };
}
