import type { Agent } from "node:http";
import type { OutgoingCall } from "../http-client/connector.js";
import { PlainAgent, SecureAgent, type AgentOptions } from "./node-agents.js";
import { proxyFor } from "./proxy.js";
import type { Proxy } from "./proxy-tunnel.js";

/** Without it a server may compress its answer, as it likes (RFC 9110, section 12.5.3). */
const UNCODED = ["Accept-Encoding", "identity"];

/** What all calls to one URL have in common. */
export interface Route {
  /** Of the connection: the server's, or the proxy's. */
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
  /** As in the request line. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly agents: Pools;
  /** For errors: host and port. */
  readonly place: string;
}

/** The limits of an agent are its own, so calls of one pool never wait for those of the other. */
type Pools = Readonly<Record<OutgoingCall["pool"], Agent>>;

/** A connector has few URLs: an endpoint, and where it redirects to. */
const MAX_ROUTES = 16;

/** Ways to URLs, with the connections that are kept on them. */
export class Routes {
  readonly #options: AgentOptions;
  readonly #proxy: string | URL | false | undefined;
  readonly #pools = new Map<string, Pools>();
  readonly #routes = new Map<string, Route>();

  constructor(proxy: string | URL | false | undefined, options: AgentOptions) {
    this.#proxy = proxy;
    this.#options = options;
  }

  /** @throws Error for a URL that is not of HTTP; for a proxy that cannot be used */
  to(url: URL): Route {
    const key = `${url.origin}${url.pathname}${url.search}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      if (this.#routes.size >= MAX_ROUTES) this.#routes.clear();
      this.#routes.set(key, (route = this.#routeTo(url)));
    }
    return route;
  }

  close(): void {
    for (const { requests, control } of this.#pools.values()) {
      requests.destroy();
      control.destroy();
    }
    this.#pools.clear();
    this.#routes.clear();
  }

  #routeTo(url: URL): Route {
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:")
      throw new Error(`the URL has to begin with http:// or https://, not with ${protocol}`);
    const proxy = proxyFor(url, this.#proxy);
    const route = direct(url, protocol);
    if (proxy === undefined) return { ...route, agents: this.#agents(protocol, this.#options) };
    const place = `${route.place} through the proxy ${proxy.place}`;
    if (protocol === "https:") return { ...route, place, agents: this.#tunnels(proxy) };
    return { ...route, ...through(proxy, url), place, agents: this.#toProxy(proxy) };
  }

  #tunnels(proxy: Proxy): Pools {
    return this.#pool(`tunnel ${proxy.place}`, (limit) => new SecureAgent(limit(this.#options), proxy));
  }

  /** Which authorities are trusted holds for the proxy, too; what else there is of TLS is for servers. */
  #toProxy(proxy: Proxy): Pools {
    const ca = this.#options.tls?.ca;
    const tls = ca === undefined ? undefined : { ca };
    return this.#agents(proxy.protocol, { ...this.#options, tls }, "proxy ");
  }

  #agents(protocol: Route["protocol"], options: AgentOptions, kind = ""): Pools {
    const AgentOf = protocol === "https:" ? SecureAgent : PlainAgent;
    return this.#pool(kind + protocol, (limit) => new AgentOf(limit(options)));
  }

  #pool(key: string, make: (limit: (options: AgentOptions) => AgentOptions) => Agent): Pools {
    let pools = this.#pools.get(key);
    if (pools === undefined) {
      const control = make((options) => ({ ...options, maxSockets: Infinity }));
      this.#pools.set(key, (pools = { requests: make((options) => options), control }));
    }
    return pools;
  }
}

function direct(url: URL, protocol: Route["protocol"]): Omit<Route, "agents"> {
  const port = Number(url.port) || (protocol === "https:" ? 443 : 80);
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    path: url.pathname + url.search,
    headers: ["Host", url.host, ...UNCODED],
    place: `${url.hostname}:${String(port)}`,
  };
}

/** To a proxy, the request line has the whole URL (RFC 9112, section 3.2.2). */
function through({ protocol, host, port, authorization }: Proxy, url: URL): Omit<Route, "agents" | "place"> {
  const headers = ["Host", url.host, ...UNCODED];
  if (authorization !== undefined) headers.push("Proxy-Authorization", authorization);
  return { protocol, host, port, path: `${url.origin}${url.pathname}${url.search}`, headers };
}
