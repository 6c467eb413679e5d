import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Guard, type HttpCall } from "@towpath/mcp-core/http";
import type { NodeService } from "@towpath/mcp-core/http-node";
import {
  principalOf,
  RefusedError,
  refusalOf,
  RETRY_AFTER,
  type Whereabouts,
} from "@towpath/mcp-core/http-server";
import {
  BusyError,
  fireAndForget,
  isPromise,
  Load,
  ShuttingDownError,
  type Dispatcher,
  type MaybePromise,
  type Principal,
  type ReadonlyHeaders,
} from "@towpath/mcp-core/transport";
import { WebSocketServer, type WebSocket } from "ws";
import { ChannelGroup } from "../node/channel.js";
import { wsOptions } from "../node/ws-options.js";
import { SUBPROTOCOL } from "../subprotocol.js";
import { Connection } from "./connection.js";
import type { WebSocketSettings } from "./options.js";
import { opening } from "./opening.js";
import { refuse } from "./refuse.js";
import { checkHandshake, HERE, UPGRADE } from "./handshake.js";
import { upgradeRequest, type UpgradeRequest } from "./upgrade-request.js";

/** How long a drain may take unless it is told otherwise, in ms. */
const DRAIN_MS = 5_000;

/** How long a client may take to answer a close frame, in ms. */
const CLOSE_MS = 2_000;

const PLAIN = { "content-type": "text/plain; charset=utf-8", connection: "close" };

/** Where clients open WebSockets: lets them in, and has what they have in common. */
export class WebSocketEndpoint implements NodeService {
  readonly endpoint: string;
  readonly paths: readonly string[];
  readonly #dispatcher: Dispatcher;
  readonly #settings: WebSocketSettings;
  readonly #guard: Guard;
  readonly #group: ChannelGroup;
  readonly #load: Load;
  readonly #handshake: WebSocketServer;
  readonly #connections = new Set<Connection>();
  /** Connections that are no WebSocket yet, or will never be. */
  readonly #strangers = new Set<Duplex>();
  /** Of those, how many may still become one. */
  #opening = 0;
  #drained: Promise<void> | undefined;

  /** @throws TypeError for hosts or origins that could never match */
  constructor(dispatcher: Dispatcher, settings: WebSocketSettings, { loopbackOnly }: Whereabouts) {
    const { path, limits, pingMs, clock, allowedHosts, allowedOrigins } = settings;
    this.endpoint = path;
    this.paths = [path];
    this.#dispatcher = dispatcher;
    this.#settings = settings;
    this.#guard = new Guard({ loopbackOnly, allowedHosts, allowedOrigins });
    this.#group = new ChannelGroup(limits, pingMs, true, clock);
    const { maxTotalInFlight: maxInFlight, maxTotalInFlightBytes: maxInFlightBytes } = limits;
    this.#load = new Load({ maxInFlight, maxInFlightBytes });
    this.#handshake = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      handleProtocols: () => SUBPROTOCOL,
      ...wsOptions(limits.maxMessageBytes, CLOSE_MS),
    });
  }

  /** Answers what does not ask for a WebSocket. */
  handle(call: HttpCall): void {
    call.send(426, { ...PLAIN, ...UPGRADE }, `${HERE}\n`);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#watch(socket);
    this.#opening += 1;
    const settled = opening(socket, () => (this.#opening -= 1));
    const asked = upgradeRequest(request);
    this.#admit(asked)
      .then((principal) => this.#open(request, asked, socket, head, principal))
      .catch((error: unknown) => this.#refuse(socket, error))
      .finally(settled);
  }

  /** Takes no new connections and requests, and lets those in flight finish for at most `timeoutMs`. Never rejects. */
  drain(timeoutMs = DRAIN_MS): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.drain(timeoutMs)));
    for (const socket of this.#strangers) socket.destroy();
  }

  /** @throws RefusedError, AuthorizationError, BusyError, ShuttingDownError; whatever `authorize` throws */
  async #admit(asked: UpgradeRequest): Promise<Principal | undefined> {
    const verdict = this.#guard.check(asked.headers);
    if (!verdict.allowed) throw new RefusedError(verdict.status, verdict.message);
    checkHandshake(asked);
    this.#checkOpen();
    const { maxConnections } = this.#settings.limits;
    if (this.#connections.size + this.#opening > maxConnections)
      throw new BusyError(`${String(maxConnections)} WebSockets are open, the most there may be`);
    const { authorize } = this.#settings;
    if (authorize === undefined) return undefined;
    return this.#inTime(principalOf(() => authorize(asked), asked));
  }

  /** @throws BusyError, which nobody but `authorize` is to blame for */
  #inTime(principal: MaybePromise<Principal | undefined>): MaybePromise<Principal | undefined> {
    if (!isPromise(principal)) return principal;
    const { clock, limits } = this.#settings;
    const { authorizeTimeoutMs: timeoutMs } = limits;
    const why = `authorize took more than ${String(timeoutMs)} ms (authorizeTimeoutMs)`;
    return new Promise((resolve, reject) => {
      const timer = clock.schedule(timeoutMs, () => {
        this.#report(new Error(why));
        reject(new BusyError("It took too long to find out who is calling"));
      });
      // What is only like a promise may have no `finally`.
      void Promise.resolve(principal)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
  }

  #checkOpen(): void {
    if (this.#drained !== undefined) throw new ShuttingDownError();
  }

  #open(
    request: IncomingMessage,
    { headers }: UpgradeRequest,
    socket: Duplex,
    head: Buffer,
    principal: Principal | undefined,
  ): void {
    this.#checkOpen();
    this.#handshake.handleUpgrade(request, socket, head, (ws) => {
      this.#serve(ws, socket, headers, principal);
    });
  }

  #serve(ws: WebSocket, socket: Duplex, headers: ReadonlyHeaders, principal: Principal | undefined): void {
    try {
      const [dispatcher, group, load, { limits }] = [
        this.#dispatcher,
        this.#group,
        this.#load,
        this.#settings,
      ];
      const connection = new Connection({ dispatcher, ws, socket, group, limits, load, principal, headers });
      this.#strangers.delete(socket);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
    } catch (error) {
      this.#report(error);
    }
  }

  #watch(socket: Duplex): void {
    // Nobody else listens for it any more, and a client that breaks off is no reason to end the process.
    socket.on("error", ignore);
    this.#strangers.add(socket);
    socket.once("close", () => this.#strangers.delete(socket));
  }

  #refuse(socket: Duplex, cause: unknown): void {
    const { status, message, headers } = refusalOf(cause, (error) => this.#report(error));
    try {
      refuse(socket, status, message, { ...(status === 503 && RETRY_AFTER), ...headers });
    } catch (error) {
      this.#report(error);
      refuse(socket, 500, "Internal error");
    }
  }

  #report(error: unknown): void {
    fireAndForget(() => this.#settings.onError(error));
  }
}

const ignore = (): void => undefined;
