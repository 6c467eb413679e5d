import { request as httpRequest, type ClientRequest } from "node:http";
import { Bag } from "../protocol/bag.js";
import { systemClock } from "../protocol/clock.js";
import {
  DEFAULT_MAX_CONNECTIONS,
  type AnswerListener,
  type Connector,
  type OpenCall,
  type OutgoingCall,
} from "../http-client/connector.js";
import { NodeCall } from "./node-call.js";
import { checkNodeOptions, type NodeConnectorOptions } from "./node-options.js";
import { Routes, type Route } from "./node-route.js";

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/**
 * HTTP over node:http and node:https, on connections that are kept for the next call.
 *
 * @throws RangeError for a limit or a duration that is none, TypeError for a proxy that cannot be used
 */
export function nodeConnector(options: NodeConnectorOptions = {}): Connector {
  return new NodeConnector(options);
}

class NodeConnector implements Connector {
  readonly #routes: Routes;
  readonly #open = new Bag<NodeCall>();
  #lastUrl: URL | undefined;
  #lastRoute: Route | undefined;
  #closed = false;

  constructor(options: NodeConnectorOptions) {
    checkNodeOptions(options);
    const { tls, proxy, connectTimeoutMs, maxConnections, clock } = options;
    this.#routes = new Routes(proxy, {
      tls,
      clock: clock ?? systemClock,
      connectTimeoutMs: connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      maxSockets: maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    });
  }

  send(call: OutgoingCall, listener: AnswerListener): OpenCall {
    let open: NodeCall | undefined;
    try {
      const route = this.#routeTo(call.url);
      open = new NodeCall(route.place, listener, this.#open);
      const request = requestOf(call, route);
      open.follow(request);
      request.end(call.body);
    } catch (error) {
      open ??= new NodeCall(call.url.host, listener, this.#open);
      // Node throws errors only, as do we.
      open.refuse(error as Error);
    }
    return open;
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#open.all) call.abort();
    this.#routes.close();
  }

  #routeTo(url: URL): Route {
    if (this.#closed) throw new Error("the client was closed");
    if (this.#lastRoute !== undefined && this.#lastUrl === url) return this.#lastRoute;
    this.#lastRoute = this.#routes.to(url);
    this.#lastUrl = url;
    return this.#lastRoute;
  }
}

function requestOf({ method, headers, body, pool }: OutgoingCall, route: Route): ClientRequest {
  const { protocol, host, port, path, agents } = route;
  // As a list, Node sends them as they are: with this, it need not look for what is missing.
  const list = route.headers.slice();
  for (const name in headers) list.push(name, headers[name] ?? "");
  if (body !== undefined) list.push("Content-Length", String(Buffer.byteLength(body)));
  return httpRequest({ protocol, host, port, path, method, headers: list, agent: agents[pool] });
}
