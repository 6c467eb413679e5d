const SCHEMES: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

/**
 * The URL of a WebSocket; that of a server over HTTP stands for the same address.
 * @throws TypeError for what is no URL of an endpoint
 */
export function endpointUrl(url: string | URL): URL {
  if (!URL.canParse(String(url)))
    throw new TypeError("The URL of an MCP endpoint is absolute, as in wss://example.com/ws");
  const given = new URL(url);
  const scheme = SCHEMES[given.protocol];
  if (scheme === undefined)
    throw new TypeError(`The URL of a WebSocket begins with ws: or wss:, not ${given.protocol}`);
  if (given.username !== "" || given.password !== "")
    throw new TypeError("Credentials belong in a header or a ticket, not before the host of the URL");
  given.hash = "";
  given.protocol = scheme;
  return given;
}

/** A URL without what may be secret: query and fragment. */
export const shown = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;
