import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { missingServerCapability, SERVER_CAPABILITY_FOR } from "../protocol/capabilities.js";
import { systemClock } from "../protocol/clock.js";
import { checkExtensionId } from "../protocol/extension-id.js";
import { UrlElicitationRequiredError } from "../protocol/errors.js";
import { OpenElicitations } from "../protocol/open-elicitations.js";
import { INPUT_REQUIRED } from "./answering/input-required.js";
import { Calls, type CallLimits } from "./calls.js";
import { MissingServerCapabilityError } from "./errors.js";
import type { Agreed } from "./negotiate.js";
import {
  checkTimeout,
  DEFAULT_MAX_TOTAL_TIMEOUT_MS,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type ClientExtension,
  type McpClientOptions,
  type Timeouts,
} from "./options.js";
import { resultOf } from "./results.js";
import type { Session } from "./sessions.js";

const NO_OPTIONS: CallOptions = {};

/** Makes the requests of one client, and reads what comes back. */
export class Requests {
  readonly calls: Calls;
  /** Where a call names none of its own. */
  readonly limits: CallLimits;
  /** URLs that servers sent the user to, in questions and in errors. */
  readonly elicitations = new OpenElicitations();
  readonly #resultTypes: ReadonlySet<string>;
  /** The server capability each method needs, those of extensions included. */
  readonly #neededFor: ReadonlyMap<string, readonly string[]>;
  #nextId = 1;

  /** @throws RangeError for what cannot be waited for, TypeError for an extension without a proper id */
  constructor(
    { clock = systemClock, extensions = [], ...limits }: McpClientOptions,
    mirror?: ConstructorParameters<typeof Calls>[1],
  ) {
    for (const { id } of extensions) checkExtensionId(id);
    this.calls = new Calls(clock, mirror);
    this.limits = limitsOf(limits, {
      timeoutMs: DEFAULT_TIMEOUT_MS,
      maxTotalTimeoutMs: DEFAULT_MAX_TOTAL_TIMEOUT_MS,
    });
    this.#neededFor = new Map([...SERVER_CAPABILITY_FOR, ...extensions.flatMap(capabilitiesForMethods)]);
    this.#resultTypes = new Set([
      "complete",
      INPUT_REQUIRED,
      ...extensions.flatMap(({ resultTypes = [] }) => resultTypes),
    ]);
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
      this.#read(response, message),
    );
  }

  /** @throws MissingServerCapabilityError */
  checkCapability(method: string, { capabilities, revision }: Agreed): void {
    const missing = missingServerCapability(method, capabilities, revision, this.#neededFor);
    if (missing !== undefined) throw new MissingServerCapabilityError(method, missing);
  }

  #read(response: JsonRpcResponse, request: JsonRpcRequest): JsonObject {
    try {
      return resultOf(response, request, this.#resultTypes);
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

function capabilitiesForMethods({ id, methods = [] }: ClientExtension): [string, readonly string[]][] {
  return methods.map((method) => [method, ["extensions", id]]);
}
