import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { missingServerCapability } from "../protocol/capabilities.js";
import { systemClock } from "../protocol/clock.js";
import { UrlElicitationRequiredError } from "../protocol/errors.js";
import { OpenElicitations } from "../protocol/open-elicitations.js";
import { Calls, type CallLimits } from "./calls.js";
import { MissingServerCapabilityError } from "../protocol/client-errors.js";
import type { Agreed } from "./negotiate.js";
import {
  checkTimeout,
  DEFAULT_MAX_TOTAL_TIMEOUT_MS,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type McpClientOptions,
  type Timeouts,
} from "./options.js";
import { resultOf } from "./results.js";
import type { Session } from "./sessions.js";
import type { Extensions } from "./extensions.js";
import { eraOf } from "../protocol/revisions.js";

const NO_OPTIONS: CallOptions = {};

/** Makes the requests of one client, and reads what comes back. */
export class Requests {
  readonly calls: Calls;
  /** Where a call names none of its own. */
  readonly limits: CallLimits;
  /** URLs that servers sent the user to, in questions and in errors. */
  readonly elicitations = new OpenElicitations();
  readonly #known: Extensions["known"];
  #nextId = 1;

  /** @throws RangeError for what cannot be waited for */
  constructor(
    { clock = systemClock, ...limits }: McpClientOptions,
    known: Extensions["known"],
    mirror?: ConstructorParameters<typeof Calls>[1],
  ) {
    this.#known = known;
    this.calls = new Calls(clock, mirror);
    this.limits = limitsOf(limits, {
      timeoutMs: DEFAULT_TIMEOUT_MS,
      maxTotalTimeoutMs: DEFAULT_MAX_TOTAL_TIMEOUT_MS,
    });
  }

  /** A request with the metadata of the era, under an id of its own. */
  message(
    session: Session,
    method: string,
    params: JsonObject,
    options: CallOptions = NO_OPTIONS,
  ): JsonRpcRequest {
    const id = this.#nextId++;
    const given = isObject(params["_meta"]) ? { ...params["_meta"], ...options.meta } : options.meta;
    const asks = options.onProgress !== undefined;
    const _meta =
      given === undefined && !asks
        ? session.meta
        : { ...given, ...session.meta, ...(asks && { progressToken: id }) };
    return { jsonrpc: "2.0", id, method, params: _meta === undefined ? params : { ...params, _meta } };
  }

  /**
   * How long a call with these options may take.
   * @throws RangeError for what cannot be waited for
   */
  limitsOf(options: Timeouts): CallLimits {
    return limitsOf(options, this.limits);
  }

  /**
   * Settles with the result.
   * @param startedAt since when the time in all counts, where this is not the first attempt
   * @throws ProtocolError with the server's error; RequestTimeoutError, ConnectionLostError, InvalidResultError
   */
  roundTrip(
    session: Session,
    method: string,
    params: JsonObject,
    options: CallOptions,
    startedAt?: number,
  ): Promise<JsonObject> {
    const message = this.message(session, method, params, options);
    const given = this.limitsOf(options);
    const limits = startedAt === undefined ? given : { ...given, startedAt };
    return this.calls.start(session.connection, message, limits, options, (response) =>
      this.#read(response, message, session),
    );
  }

  /** @throws MissingServerCapabilityError */
  checkCapability(method: string, { capabilities, revision }: Agreed): void {
    const { neededFor } = this.#known[eraOf(revision)];
    const missing = missingServerCapability(method, capabilities, revision, neededFor);
    if (missing !== undefined) throw new MissingServerCapabilityError(method, missing);
  }

  #read(response: JsonRpcResponse, request: JsonRpcRequest, { meta }: Session): JsonObject {
    try {
      return resultOf(
        response,
        request,
        this.#known[meta === undefined ? "handshake" : "stateless"].resultTypes,
      );
    } catch (error) {
      if (error instanceof UrlElicitationRequiredError)
        for (const { elicitationId } of error.elicitations) this.elicitations.add(elicitationId);
      throw error;
    }
  }
}

function limitsOf({ timeoutMs, maxTotalTimeoutMs }: Timeouts, otherwise: CallLimits): CallLimits {
  if (timeoutMs === undefined && maxTotalTimeoutMs === undefined) return otherwise;
  return {
    timeoutMs: checkTimeout("timeoutMs", timeoutMs ?? otherwise.timeoutMs),
    maxTotalTimeoutMs: checkTimeout("maxTotalTimeoutMs", maxTotalTimeoutMs ?? otherwise.maxTotalTimeoutMs),
  };
}
