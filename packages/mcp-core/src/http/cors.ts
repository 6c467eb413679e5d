import type { HttpHeaders, HttpRequestHead } from "./call.js";

/** What a page may read besides the body. */
const EXPOSED = [
  "Mcp-Session-Id",
  "MCP-Protocol-Version",
  "WWW-Authenticate",
  "Retry-After",
  "Allow",
  "Location",
].join(", ");

const METHODS = "GET, POST, DELETE, OPTIONS";

/** What clients send: by the revisions' transports, and by the authorization they describe. */
const ALLOWED_HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
];

// Headers that repeat arguments of a tool (2026-07-28, Streamable HTTP, Custom Headers) are named by its author.
const PARAMETER_HEADER = /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]+$/;
const MAX_PARAMETER_HEADERS = 100;
const MAX_AGE_S = 86_400;

/** Lets a page of an allowed origin read the answer. The origin is named, never `*`: a shared cache must not serve it to another. */
export function corsHeaders(origin: string): HttpHeaders {
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED,
    vary: "Origin",
  };
}

/** Whether a browser asks if a page may call. */
export function isPreflight({ method, headers }: Pick<HttpRequestHead, "method" | "headers">): boolean {
  return (
    method === "OPTIONS" &&
    headers.get("origin") !== null &&
    headers.get("access-control-request-method") !== null
  );
}

/**
 * The headers of the answer to a preflight request, which is a 204.
 * @param origin an allowed one
 * @param requested the value of Access-Control-Request-Headers
 */
export function preflightHeaders(origin: string, requested: string | null): HttpHeaders {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": [...ALLOWED_HEADERS, ...parameterHeaders(requested)].join(", "),
    "access-control-max-age": String(MAX_AGE_S),
    vary: "Origin, Access-Control-Request-Headers",
  };
}

function parameterHeaders(requested: string | null): string[] {
  if (requested === null) return [];
  const names = requested.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => PARAMETER_HEADER.test(name)).slice(0, MAX_PARAMETER_HEADERS);
}
