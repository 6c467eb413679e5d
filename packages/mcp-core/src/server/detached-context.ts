import type { Principal, ReadonlyHeaders } from "../contract/index.js";
import type { Caller } from "../extension/caller.js";
import type { BaseContext } from "../extension/context.js";
import type { Logger } from "../extension/logger.js";
import type { DetachedHost } from "../extension/tools.js";
import { InvalidRequestError } from "../jsonrpc/errors.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import { unwatched } from "../protocol/promises.js";
import type { TraceContext } from "../protocol/types.js";
import { Asker } from "./asking/asker.js";
import type { ConcludedRequest } from "./asking/conclusion.js";
import type { LinkScope } from "./link-scope.js";
import { createLogger } from "./logger.js";
import { Increasing } from "./increasing.js";
import { traceOf } from "./meta-trace.js";
import type { RequestContext } from "./request-context.js";
import { requireOf } from "./requirements.js";

const nothingToDo = Promise.resolve();
const ignore = (): void => undefined;

/** What there is of a request when it has been answered. */
export type Detachable = Pick<
  RequestContext,
  | "requestId"
  | "method"
  | "client"
  | "transport"
  | "principal"
  | "headers"
  | "meta"
  | "params"
  | "called"
  | "link"
  | "increasing"
>;

/** The same, without the request itself: that is not kept for as long as its handler runs. */
export function detachable(request: RequestContext): Detachable {
  const { requestId, method, client, transport, principal, meta, params, called, link } = request;
  const headers = request.headers?.apart?.() ?? request.headers;
  // In the handshake era progress is told with the token of the request, before and after its answer.
  const increasing = client.era === "handshake" ? request.increasing : new Increasing();
  return { requestId, method, client, transport, principal, headers, meta, params, called, link, increasing };
}

/** A request whose handler goes on when it has been answered: what it leads to the client with is its host's. */
export class DetachedContext implements ConcludedRequest {
  readonly requestId: RequestId;
  readonly method: string;
  readonly client: Caller;
  readonly transport: string;
  readonly principal: Principal | undefined;
  readonly headers: ReadonlyHeaders | undefined;
  readonly meta: JsonObject;
  readonly params: JsonObject | undefined;
  readonly called: string;
  readonly link: LinkScope;
  readonly stop = undefined;
  readonly #host: DetachedHost;
  readonly #increasing: Increasing;
  #asker: Asker | undefined;
  #log: Logger | undefined;

  constructor(request: Detachable, host: DetachedHost) {
    this.requestId = request.requestId;
    this.method = request.method;
    this.client = request.client;
    this.transport = request.transport;
    this.principal = request.principal;
    this.headers = request.headers;
    this.meta = request.meta;
    this.params = request.params;
    this.called = request.called;
    this.link = request.link;
    this.#increasing = request.increasing;
    this.#host = host;
  }

  get signal(): AbortSignal {
    return this.#host.signal;
  }

  get over(): boolean {
    return this.signal.aborted;
  }

  get trace(): TraceContext {
    return traceOf(this.meta);
  }

  get log(): Logger {
    this.#log ??= createLogger((level, data) => {
      if (!this.over) this.#host.log(level, data);
    });
    return this.#log;
  }

  get progress(): BaseContext["progress"] {
    return (progress, total, message) => {
      if (!this.#increasing.takes(progress, total) || this.over) return nothingToDo;
      this.#increasing.took(progress);
      return this.#host.progress(progress, total, message);
    };
  }

  get require(): BaseContext["require"] {
    return (capabilities) => {
      requireOf(this.client, this.link.peer, capabilities);
    };
  }

  get ping(): BaseContext["ping"] {
    return () => (this.client.era === "stateless" ? nothingToDo : this.request("ping").then(ignore));
  }

  /** There is none any more. */
  get closeStream(): BaseContext["closeStream"] {
    return ignore;
  }

  get ask(): DetachedHost["ask"] {
    return (key, request) => this.#host.ask(key, request);
  }

  get asker(): Asker {
    return this.#asker ?? (this.asker = new Asker(this, this.link.asking));
  }

  set asker(asker: Asker) {
    this.#asker = asker;
    const end = (): void => {
      asker.end(this.signal.reason as Error); // whatever an AbortSignal holds
    };
    if (this.over) end();
    else this.signal.addEventListener("abort", end, { once: true });
  }

  get waits(): boolean {
    return this.#asker?.waits === true && !this.over;
  }

  request(method: string): Promise<JsonObject> {
    return unwatched(
      Promise.reject(new InvalidRequestError(`${method} cannot be sent: ${this.method} has been answered`)),
    );
  }

  report(error: unknown): void {
    this.link.report(error);
  }

  /** Nothing stops its run before it ends: its questions are answered while it waits. */
  readonly awaits = ignore;
  readonly endedInTime = ignore;
  readonly stopped = ignore;
}
