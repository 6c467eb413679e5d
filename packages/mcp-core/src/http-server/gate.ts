import type { MaybePromise, Principal } from "../contract/index.js";
import type { HttpCall, HttpHeaders, HttpRequestHead } from "../http/call.js";
import { corsHeaders, isPreflight, preflightHeaders } from "../http/cors.js";
import { Guard } from "../http/guard.js";
import { MethodNotFoundError } from "../jsonrpc/errors.js";
import { ShuttingDownError } from "../protocol/errors.js";
import { isPromise } from "../protocol/promises.js";
import type { Revision } from "../protocol/revisions.js";
import { principalOf, type Authorize } from "./authorization.js";
import { refuse } from "./refusals.js";
import { RefusedError } from "./refused-error.js";
import type { Whereabouts } from "./service.js";

/** Who may call. */
export interface AdmissionOptions {
  /** Values of `Host` that are served, with or without a port. Default: on loopback its names, else any. */
  readonly allowedHosts?: readonly string[];
  /** Origins that browsers may call from, as in `https://example.com`. Default: on loopback its own, else none. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Says who is calling; nobody: 401. May throw an {@link AuthorizationError}. Not asked for `health`, `ready`
   * and preflight requests. Default: everybody is served, as nobody in particular.
   */
  readonly authorize?: Authorize;
}

export interface GateOptions extends AdmissionOptions, Whereabouts {
  /** Told of what no client can be blamed for. */
  readonly report: (error: unknown) => void;
  /** The revision that whoever sent this speaks, as far as its head tells. Default: nothing is known of it. */
  readonly revisionOf?: (request: HttpRequestHead) => Revision | undefined;
}

export const NO_HEADERS: HttpHeaders = {};

/** A request that was let in, with who sent it and the headers its answer is to have, whatever it is. */
export interface Visit {
  readonly call: HttpCall;
  readonly principal: Principal | undefined;
  readonly headers: HttpHeaders;
}

/** What there is at one path. */
export interface Resource {
  /** By the method of the request. What they reject with, or throw, is refused. */
  readonly methods: ReadonlyMap<string, (visit: Visit) => MaybePromise<void>>;
  /** Of the answer to a method that there is not: the Allow header, at least (RFC 9110, section 15.5.6). */
  readonly others: (request: HttpRequestHead) => HttpHeaders;
}

/**
 * Lets requests in: those to a host that is served, from pages that may call, with a method that there is, of callers
 * who may. It answers all others.
 */
export class Gate {
  readonly #guard: Guard;
  readonly #options: GateOptions;
  #closed = false;

  /** @throws TypeError for hosts or origins that could never match */
  constructor(options: GateOptions) {
    this.#guard = new Guard(options);
    this.#options = options;
  }

  /** Nobody is let in any more. */
  close(): void {
    this.#closed = true;
  }

  /** Never throws. */
  admit(call: HttpCall, { methods, others }: Resource): void {
    let headers = NO_HEADERS;
    const refused = (error: unknown): void => this.refuse({ call, principal: undefined, headers }, error);
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
      const method = methods.get(call.method);
      if (method === undefined)
        throw new RefusedError(405, new MethodNotFoundError(`There is no ${call.method} here`), others(call));
      if (this.#closed) throw new ShuttingDownError();
      const principal = principalOf(this.#options.authorize, call);
      const served = isPromise(principal)
        ? principal.then((known) => method({ call, principal: known, headers }))
        : method({ call, principal, headers });
      if (isPromise(served)) served.catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  /**
   * Answers a request that was let in and is not served after all. Never throws.
   * @param id of the message, where it could be read
   */
  refuse({ call, headers }: Visit, error: unknown, id?: string | number): void {
    const { report, revisionOf } = this.#options;
    refuse(call, error, { headers, report, id, revision: revisionOf?.(call) });
  }
}
