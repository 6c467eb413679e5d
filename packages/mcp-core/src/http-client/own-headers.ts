/** What transports say of HTTP and of the protocol themselves; in lower case. */
const OWN: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "host",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "transfer-encoding",
]);

/** Whether a header is one that transports set themselves, and refuse to be given. Many configurations have some. */
export function isTransportsOwn(header: string): boolean {
  const name = header.toLowerCase();
  return OWN.has(name) || name.startsWith("mcp-param-");
}
