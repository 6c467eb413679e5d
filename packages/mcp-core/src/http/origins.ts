import { isLoopbackHost, type Matcher } from "./hosts.js";

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/;

/** Whether a value of `Origin` is that of a page this machine serves. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/(.*)$/i.exec(origin);
  return match?.[1] !== undefined && isLoopbackHost(match[1]);
}

/**
 * Matches values of `Origin` against a list.
 * @throws TypeError for an entry that is no origin
 */
export function originMatcher(entries: readonly string[]): Matcher {
  if (entries.includes("*")) return () => true;
  const origins = new Set(entries.map(checked));
  return (value) => origins.has(value.toLowerCase());
}

function checked(entry: string): string {
  const origin = entry.toLowerCase();
  if (origin === "null") return origin;
  if (!ORIGIN.test(origin) || !URL.canParse(origin)) {
    throw new TypeError(
      `allowedOrigins: ${JSON.stringify(entry)} is no origin; expected https://example.com, without a path, null or *`,
    );
  }
  // Browsers leave the usual port out. Schemes they do not know have no origin in that sense.
  const known = new URL(origin).origin;
  return known === "null" ? origin : known;
}
