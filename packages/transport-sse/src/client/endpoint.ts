import { shortened } from "@towpath/mcp-core/http";
import { EndpointError } from "./errors.js";

/** Characters of the URI in an `endpoint` event. */
const MAX_ENDPOINT = 8_192;

/** What no URI has; a URL's parser would leave out some of it, and make another URL. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\0-\x1f\x7f]/;

/**
 * Where messages go (2024-11-05, Transports, HTTP with SSE).
 * @param uri as the server gave it
 * @param stream where the event stream comes from, which the URI may be relative to
 * @throws EndpointError for what nothing may be sent to: tokens go there, and whoever gets them can use them
 */
export function endpointOf(uri: string, stream: URL): URL {
  const { origin } = stream;
  if (uri.length > MAX_ENDPOINT)
    throw new EndpointError(origin, `a URI of more than ${String(MAX_ENDPOINT)} characters`);
  if (CONTROL.test(uri) || !URL.canParse(uri, stream.href)) throw new EndpointError(origin, "what is no URI");
  const url = new URL(uri, stream);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new EndpointError(origin, `a URI of ${shortened(url.protocol, 20)}, which is not HTTP`);
  if (url.origin !== origin)
    throw new EndpointError(origin, `${url.origin}, which is another origin`, url.origin);
  if (url.username !== "" || url.password !== "")
    throw new EndpointError(origin, "a URI with credentials in it", url.origin);
  url.hash = "";
  return url;
}
