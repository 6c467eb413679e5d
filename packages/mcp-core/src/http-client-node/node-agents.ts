import { Agent as HttpAgent, type ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../protocol/clock.js";
import type { ClientTlsOptions } from "./node-options.js";
import { openTunnel, type Proxy, type Tunnel } from "./proxy-tunnel.js";

/** How long a connection waits for its next call, in ms: less than the 5 seconds after which many servers close it. */
const IDLE_MS = 4_000;

/** By how much a server's hint is undercut, in ms: it may close the connection while a call is on its way. */
const HINT_MARGIN_MS = 1_000;

/** Delay of TCP's own probes on a silent connection, in ms. */
const TCP_KEEP_ALIVE_MS = 30_000;

export interface AgentOptions {
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly tls: ClientTlsOptions | undefined;
}

/** Connections that are established, TLS included: on any other, nothing of a request has left. */
const established = new WeakSet<Duplex>();

/** What servers say of how long they keep a connection, in ms. */
const hints = new WeakMap<Duplex, number>();

export const isEstablished = (socket: Duplex): boolean => established.has(socket);

/** Takes the `Keep-Alive` header of an answer, as in `timeout=5`. */
export function takeKeepAliveHint(socket: Duplex, header: string): void {
  const seconds = /^\s*timeout=(\d{1,9})/i.exec(header)?.[1];
  if (seconds === undefined) return;
  const idleMs = Math.min(Number(seconds) * 1_000 - HINT_MARGIN_MS, IDLE_MS);
  if (hints.get(socket) !== idleMs) hints.set(socket, idleMs);
}

/** Says whether a connection is kept; its timer is not touched when it is right already, as it starts anew with every byte. */
function keepIdle(socket: Socket): boolean {
  const idleMs = hints.get(socket) ?? IDLE_MS;
  if (idleMs <= 0) return false;
  socket.unref();
  if (socket.timeout !== idleMs) socket.setTimeout(idleMs);
  return true;
}

const agentOptions = ({ maxSockets }: AgentOptions): ConstructorParameters<typeof HttpAgent>[0] => ({
  keepAlive: true,
  keepAliveMsecs: TCP_KEEP_ALIVE_MS,
  maxSockets,
  maxFreeSockets: Math.min(maxSockets, 256),
});

/** All options of an agent are the same for each of its calls, so the address tells connections apart. */
const addressOf = (options: ClientRequestArgs | undefined): string =>
  `${String(options?.host)}:${String(options?.port)}`;

/** What waits for a connection was aborted by now, and would be given a new one as soon as one of the others ends. */
function forget(waiting: HttpAgent["requests"]): void {
  // Node deletes in it likewise, and has no other way to tell it.
  for (const address of Object.keys(waiting)) Reflect.deleteProperty(waiting, address);
}

export class ConnectTimeoutError extends Error {
  override readonly name = "ConnectTimeoutError";
  readonly code = "ETIMEDOUT";
  constructor(timeoutMs: number) {
    super(`no connection within ${String(timeoutMs)} ms`);
  }
}

/** @param since when the wait for the connection began, by the clock */
function watchConnecting(
  socket: Duplex | null | undefined,
  event: "connect" | "secureConnect",
  { clock, connectTimeoutMs }: AgentOptions,
  since: number,
): Duplex {
  // Node's own agents make one at once.
  if (!(socket instanceof Socket)) throw new TypeError("the agent made no socket");
  const timer = clock.schedule(since + connectTimeoutMs - clock.now(), () =>
    socket.destroy(new ConnectTimeoutError(connectTimeoutMs)),
  );
  socket.once(event, () => {
    timer.cancel();
    established.add(socket);
  });
  socket.once("close", () => timer.cancel());
  return socket;
}

/** Keeps connections for the next call, for HTTP. */
export class PlainAgent extends HttpAgent {
  readonly #options: AgentOptions;

  constructor(options: AgentOptions) {
    super(agentOptions(options));
    this.#options = options;
  }

  override createConnection(options: ClientRequestArgs): Duplex {
    const socket = super.createConnection(options);
    return watchConnecting(socket, "connect", this.#options, this.#options.clock.now());
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return socket instanceof Socket && keepIdle(socket);
  }

  override getName(options?: ClientRequestArgs): string {
    return addressOf(options);
  }

  override destroy(): void {
    forget(this.requests);
    super.destroy();
  }
}

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Fails as a connection does that was made and breaks: of one that could not be made, requests that wait for
 * another one to end would learn nothing.
 */
function fail(error: Error, created: Created | undefined): void {
  const broken = new Socket();
  created?.(null, broken);
  broken.destroy(error);
}

/** Keeps connections for the next call, for HTTPS, also through a proxy. */
export class SecureAgent extends HttpsAgent {
  readonly #options: AgentOptions;
  readonly #proxy: Proxy | undefined;
  readonly #tunnels = new Set<Tunnel>();

  constructor(options: AgentOptions, proxy?: Proxy) {
    super({ ...agentOptions(options), ...options.tls });
    this.#options = options;
    this.#proxy = proxy;
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | undefined {
    const since = this.#options.clock.now();
    if (this.#proxy === undefined) return this.#secure(options, since);
    const tunnel = openTunnel(this.#proxy, options, this.#options, (error, socket) => {
      this.#tunnels.delete(tunnel);
      this.#leaveRoom();
      if (error === undefined)
        created?.(null, this.#secure({ ...options, socket } as ClientRequestArgs, since));
      else fail(error, created);
    });
    this.#tunnels.add(tunnel);
    this.#leaveRoom();
    return undefined;
  }

  /** Node does not count connections that are not there yet. */
  #leaveRoom(): void {
    this.maxSockets = this.#options.maxSockets - this.#tunnels.size;
  }

  #secure(options: ClientRequestArgs, since: number): Duplex {
    return watchConnecting(super.createConnection(options), "secureConnect", this.#options, since);
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return socket instanceof Socket && keepIdle(socket);
  }

  override getName(options?: ClientRequestArgs): string {
    return addressOf(options);
  }

  override destroy(): void {
    forget(this.requests);
    for (const tunnel of this.#tunnels) tunnel.destroy();
    super.destroy();
  }
}
