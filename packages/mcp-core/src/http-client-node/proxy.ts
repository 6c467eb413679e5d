import { BlockList, isIP } from "node:net";
import type { Proxy } from "./proxy-tunnel.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy a URL is reached through, if any.
 *
 * @throws TypeError when it is not a URL of an HTTP or HTTPS proxy
 */
export function proxyFor(
  url: URL,
  proxy: string | URL | false = "environment",
  environment: Environment = process.env,
): Proxy | undefined {
  if (proxy === false) return undefined;
  if (proxy !== "environment") return proxyAt("proxy", String(proxy));
  const named = fromEnvironment(url, environment);
  return named === undefined ? undefined : proxyAt(named.variable, named.value);
}

/** @throws TypeError for what is not the URL of an HTTP or HTTPS proxy */
export function checkProxy(proxy: string | URL | false = false): void {
  if (proxy !== false && proxy !== "environment") proxyAt("proxy", String(proxy));
}

interface Named {
  readonly variable: string;
  readonly value: string;
}

function fromEnvironment(url: URL, environment: Environment): Named | undefined {
  const first = (...variables: string[]): Named | undefined => {
    for (const variable of variables) {
      const value = environment[variable];
      if (value !== undefined && value !== "") return { variable, value };
    }
    return undefined;
  };
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isLoopback(host)) return undefined;
  const excluded = first("no_proxy", "NO_PROXY");
  if (excluded !== undefined && isExcluded(host, portOf(url), excluded.value)) return undefined;
  if (url.protocol === "https:") return first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
  // In a CGI program HTTP_PROXY is what whoever sent the request has put into its Proxy header.
  const upper = environment["REQUEST_METHOD"] === undefined ? ["HTTP_PROXY"] : [];
  return first("http_proxy", ...upper, "all_proxy", "ALL_PROXY");
}

const portOf = (url: URL): string => url.port || (url.protocol === "https:" ? "443" : "80");

/** A proxy's loopback addresses are another machine's, or its own services. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.\d+){3}$/.test(host);

/** Whether `NO_PROXY` has a host: by its name or that of a domain it is in, its address, or a block of addresses. */
function isExcluded(host: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const [named, itsPort] = nameAndPort(entry);
      const name = named.replace(/^\*?\./, "");
      if (name === "" || (itsPort !== undefined && itsPort !== port)) return false;
      return isIP(host) === 0 ? host === name || host.endsWith(`.${name}`) : hasAddress(name, host);
    });
}

/** Of `a.example`, `a.example:8080`, `[fd00::1]:8080`, and of `fd00::1`, which has no port. */
function nameAndPort(entry: string): readonly [name: string, port?: string | undefined] {
  if (entry.startsWith("[")) {
    const [address = "", rest = ""] = entry.slice(1).split("]");
    return [address, rest === "" ? undefined : rest.slice(1)];
  }
  const [name = "", port, ...more] = entry.split(":");
  return more.length > 0 ? [entry] : [name, port];
}

/** Whether an address is another, or in a block such as `10.0.0.0/8`. */
function hasAddress(block: string, address: string): boolean {
  const [network = "", bits] = block.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const length = bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits);
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  if (!Number.isInteger(length) || length < 0 || length > (family === "ipv6" ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(address, family);
}

/** What the value says is left out of the errors: it may have a password. */
function proxyAt(variable: string, value: string): Proxy {
  const text = value.includes("://") ? value : `http://${value}`;
  if (!URL.canParse(text)) throw new TypeError(`${variable} is not a URL, as http://host:port is`);
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:")
    throw new TypeError(
      `${variable} names a proxy of ${protocol}//, which cannot be used: it has to be http:// or https://, or "proxy" false`,
    );
  const number = Number(port) || (protocol === "https:" ? 443 : 80);
  return {
    protocol,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: number,
    authorization: username === "" && password === "" ? undefined : basic(username, password),
    place: `${hostname}:${String(number)}`,
  };
}

function basic(username: string, password: string): string {
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
