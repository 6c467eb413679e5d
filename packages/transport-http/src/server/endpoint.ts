import { memoryState } from "@towpath/mcp-core";
import {
  corsHeaders,
  Guard,
  isPreflight,
  KeepAlive,
  preflightHeaders,
  type EventSink,
  type HttpCall,
  type HttpHeaders,
} from "@towpath/mcp-core/http";
import {
  fireAndForget,
  isHandshakeRevision,
  isPromise,
  MethodNotFoundError,
  REVISIONS,
  ShuttingDownError,
  systemClock,
  type Dispatcher,
} from "@towpath/mcp-core/transport";
import { allowHeader } from "./allow.js";
import { principalOf } from "./authorization.js";
import { endSession } from "./delete.js";
import { Get } from "./get.js";
import { NO_HEADERS, type EndpointParts, type Visit } from "./endpoint-parts.js";
import { KeptSink } from "./kept-sink.js";
import { httpSettings, type HttpOptions, type HttpSettings } from "./options.js";
import { post } from "./post.js";
import { refuse } from "./refusals.js";
import { RefusedError } from "./refused-error.js";
import { Sessions } from "./sessions/sessions.js";
import { Streams } from "./streams/streams.js";
import { Traffic } from "./traffic.js";

type Phase = "serving" | "leaving" | "closed";
type Route = (call: HttpCall) => void;
type Method = (visit: Visit) => Promise<void>;

/** How long a drain may take unless it is told otherwise, in ms. */
const DRAIN_MS = 5_000;

/** How long handlers may take to end once they were aborted, and their last words to be written, in ms. */
const GRACE_MS = 500;

const TEXT: HttpHeaders = { "content-type": "text/plain", "cache-control": "no-store" };

/** Where clients reach a server over HTTP: whatever carries requests to it, this is what answers them. */
export class Endpoint implements EndpointParts {
  readonly dispatcher: Dispatcher;
  readonly settings: HttpSettings;
  readonly sessions: Sessions | undefined;
  readonly streams: Streams | undefined;
  readonly traffic: Traffic;
  readonly #guard: Guard;
  readonly #keepAlive: KeepAlive;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #methods: ReadonlyMap<string, Method>;
  #phase: Phase = "serving";
  #drained: Promise<void> | undefined;

  /**
   * @param loopbackOnly it can be reached from this machine alone
   * @throws RangeError, TypeError for an option that is not what it must be
   */
  constructor(dispatcher: Dispatcher, options: HttpOptions, loopbackOnly: boolean) {
    const settings = httpSettings(options);
    const { clock, limits, retryMs, resumable, allowedHosts, allowedOrigins } = settings;
    this.dispatcher = dispatcher;
    this.settings = settings;
    this.traffic = new Traffic(limits, clock);
    this.#guard = new Guard({ loopbackOnly, allowedHosts, allowedOrigins });
    this.#keepAlive = new KeepAlive(settings.keepAliveMs, clock);
    const state = dispatcher.state ?? memoryState(clock === undefined ? {} : { clock });
    const report = (error: unknown): void => this.report(error);
    // Neither is part of the stateless era.
    const { revisions = REVISIONS } = dispatcher;
    const handshakes = revisions.some(isHandshakeRevision);
    this.streams =
      resumable === undefined || !handshakes
        ? undefined
        : new Streams({ logs: state.logs, kept: resumable, retryMs, report, clock });
    this.sessions =
      settings.sessions && handshakes
        ? new Sessions({ dispatcher, state, shared: dispatcher.state !== undefined, limits, report, clock })
        : undefined;
    const get = new Get(this);
    this.#methods = new Map<string, Method>([
      ["POST", (visit) => post(this, visit)],
      ["GET", (visit) => get.handle(visit)],
      ["DELETE", (visit) => endSession(this, visit)],
    ]);
    this.#routes = this.#routesOf(settings);
  }

  serves(path: string): boolean {
    return this.#routes.has(path);
  }

  /** Answers a request. Never throws. `false`: the path is not one of this endpoint's, and nothing was done. */
  handle(call: HttpCall): boolean {
    const route = this.#routes.get(call.path);
    route?.(call);
    return route !== undefined;
  }

  stream(call: HttpCall, headers: HttpHeaders): EventSink {
    return new KeptSink(call.stream(headers), this.#keepAlive);
  }

  report(error: unknown): void {
    fireAndForget(() => this.settings.onError(error));
  }

  /** From now on it says that it takes no new work, while it still does: for whatever distributes work to notice. */
  leave(): void {
    if (this.#phase === "serving") this.#phase = "leaving";
  }

  /**
   * Takes no new work, ends subscriptions with their result, sends the clients of streams that can be resumed away,
   * and lets the rest finish for at most `timeoutMs`; then ends it. Settles when nothing goes on any more.
   */
  drain(timeoutMs = DRAIN_MS): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.leave();
    this.traffic.drain();
    for (const session of this.sessions?.active ?? []) session.standing?.close(this.settings.retryMs);
    // What another node can read on, its client is to have from there.
    if (this.dispatcher.state !== undefined) this.streams?.closeConnections();
    await this.traffic.idle(timeoutMs);
    await this.#inTime(this.traffic.cutOff());
    await this.#inTime(this.streams?.settled());
    this.#phase = "closed";
    await this.#inTime(this.sessions?.close({ kind: "closed" }));
  }

  /** Waits for what may never end, but not for ever, and goes on when it fails. */
  async #inTime(work: Promise<void> | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = systemClock.schedule(GRACE_MS, resolve, { keepAlive: true });
      void Promise.resolve(work)
        .catch((error: unknown) => this.report(error))
        .finally(() => {
          timer.cancel();
          resolve();
        });
    });
  }

  #routesOf({ path, health, ready }: HttpSettings): ReadonlyMap<string, Route> {
    const routes = new Map<string, Route>();
    if (health !== undefined) routes.set(health, (call) => call.send(200, TEXT, "ok"));
    if (ready !== undefined)
      routes.set(ready, (call) => {
        const takes = this.#phase === "serving";
        call.send(takes ? 200 : 503, TEXT, takes ? "ready" : "not ready");
      });
    return routes.set(path, (call) => this.#serve(call));
  }

  #serve(call: HttpCall): void {
    let headers = NO_HEADERS;
    const refused = (error: unknown): void => refuse(call, error, headers, (failure) => this.report(failure));
    try {
      const verdict = this.#guard.check(call.headers);
      if (!verdict.allowed) throw new RefusedError(verdict.status, verdict.message);
      const origin = call.headers.get("origin");
      if (origin !== null) headers = corsHeaders(origin);
      if (origin !== null && isPreflight(call)) {
        const requested = call.headers.get("access-control-request-headers");
        call.send(204, preflightHeaders(origin, requested));
        return;
      }
      const method = this.#methods.get(call.method);
      if (method === undefined)
        throw new RefusedError(
          405,
          new MethodNotFoundError(`There is no ${call.method} here`),
          allowHeader(this, call),
        );
      if (this.#phase === "closed") throw new ShuttingDownError();
      const principal = principalOf(this.settings.authorize, call);
      const served = isPromise(principal)
        ? Promise.resolve(principal).then((known) => method({ call, principal: known, headers }))
        : method({ call, principal, headers });
      served.catch(refused);
    } catch (error) {
      refused(error);
    }
  }
}
