/** Whether a value is on a list. */
export type Matcher = (value: string) => boolean;

// 127.0.0.0/8, ::1, and the names that stand for them alone (RFC 6761, section 6.3).
const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const HOST = /^(?:[^\s/?#@:[\]*]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const PORT = /:\d{1,5}$/;

/** Whether a value of `Host`, with or without a port, names this machine itself. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Matches values of `Host` against a list.
 * @throws TypeError for an entry that is no host
 */
export function hostMatcher(entries: readonly string[]): Matcher {
  if (entries.includes("*")) return () => true;
  const hosts = new Set(entries.map(checked));
  if (hosts.size === 0) return () => false;
  return (value) => {
    const host = value.toLowerCase();
    return hosts.has(host) || hosts.has(host.replace(PORT, ""));
  };
}

function checked(entry: string): string {
  const host = entry.toLowerCase();
  if (HOST.test(host)) return host;
  throw new TypeError(
    `allowedHosts: ${JSON.stringify(entry)} is no host; expected example.com, example.com:8080, [::1] or *`,
  );
}
