import type { ClientTransport } from "../contract/index.js";
import { describe } from "../jsonrpc/guards.js";
import type { MaybePromise } from "../protocol/promises.js";

/** What goes to the transport, whichever it is. */
export interface RemoteOptions {
  /** Sent with every request; a function is called for each. Pages cannot set headers of WebSockets. */
  readonly headers?: RemoteHeaders | (() => MaybePromise<RemoteHeaders>);
  /** `false`: what was lost is not opened again. Default: what the transport does. */
  readonly reconnect?: false;
}

export type RemoteHeaders = Readonly<Record<string, string>>;

/** Makes the transport to a server at a URL, as `streamableHttpClient`, `sseClient` and `webSocketClient` do. */
export type UrlClient<More extends object = object> = (
  url: string | URL,
  options?: RemoteOptions & More,
) => ClientTransport;

/** The transports that a program has installed; at least one. */
export interface RemoteTransports {
  /** `streamableHttpClient` of `@towpath/transport-http`, for `http:` and `https:`. */
  readonly streamableHttp?: UrlClient<{ readonly sse?: (url: URL) => ClientTransport }>;
  /** `sseClient` of `@towpath/transport-sse`, for servers at such URLs that know nothing newer. */
  readonly sse?: UrlClient;
  /** `webSocketClient` of `@towpath/transport-ws`, for `ws:` and `wss:`. */
  readonly ws?: UrlClient;
}

const PACKAGES = {
  streamableHttp: "@towpath/transport-http",
  ws: "@towpath/transport-ws",
} as const;

const KINDS: ReadonlyMap<string, keyof typeof PACKAGES> = new Map([
  ["http:", "streamableHttp"],
  ["https:", "streamableHttp"],
  ["ws:", "ws"],
  ["wss:", "ws"],
] as const);

/**
 * The transport for a server of which only the URL is known: WebSocket where its scheme says so, and otherwise
 * Streamable HTTP or, where the server turns out to know nothing but it, HTTP+SSE (2026-07-28, Streamable HTTP,
 * Backward Compatibility).
 *
 * ```ts
 * const client = await McpClient.connect(
 *   remoteTransport(url, { streamableHttp: streamableHttpClient, sse: sseClient, ws: webSocketClient }),
 * );
 * ```
 *
 * @throws TypeError for what is no such URL, for one whose transport is missing, and what the transport throws
 */
export function remoteTransport(
  url: string | URL,
  transports: RemoteTransports,
  options?: RemoteOptions,
): ClientTransport {
  const kind = KINDS.get(schemeOf(url));
  if (kind === undefined)
    throw new TypeError(
      `The URL of a server begins with http:, https:, ws: or wss:, not ${describe(schemeOf(url))}`,
    );
  const { streamableHttp, sse, ws } = transports;
  if (kind === "ws" && ws !== undefined) return ws(url, options);
  if (kind === "streamableHttp" && streamableHttp !== undefined) {
    return sse === undefined
      ? streamableHttp(url, options)
      : streamableHttp(url, { ...options, sse: (older) => sse(older, options) });
  }
  if (kind === "streamableHttp" && sse !== undefined) return sse(url, options);
  throw new TypeError(
    `The transport for ${schemeOf(url)} URLs is missing: install ${PACKAGES[kind]}, and pass its client as "${kind}"`,
  );
}

/** @throws TypeError; the URL itself may have a secret in it */
function schemeOf(url: string | URL): string {
  if (!URL.canParse(String(url)))
    throw new TypeError("The URL of a server is absolute, as in https://example.com/mcp");
  return new URL(url).protocol;
}
