import type { Principal, ReadonlyHeaders } from "../contract/index.js";
import type { JsonObject, RequestId } from "../jsonrpc/messages.js";
import type { TraceContext } from "../protocol/types.js";
import type { Asker } from "./asking/asker.js";
import type { ConcludedRequest } from "./asking/conclusion.js";
import type { Caller } from "../extension/caller.js";
import type { Context } from "./context.js";
import type { Logger } from "../extension/logger.js";

/**
 * A request as its handler sees it, in one run of that handler: what is left of a run that was stopped does
 * not ask in the name of the next.
 */
export class HandlerContext implements Context {
  readonly #request: ConcludedRequest;
  #asker: Asker | undefined;

  constructor(request: ConcludedRequest) {
    this.#request = request;
  }

  get requestId(): RequestId {
    return this.#request.requestId;
  }

  get method(): string {
    return this.#request.method;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get client(): Caller {
    return this.#request.client;
  }

  get principal(): Principal | undefined {
    return this.#request.principal;
  }

  get transport(): string {
    return this.#request.transport;
  }

  get headers(): ReadonlyHeaders | undefined {
    return this.#request.headers;
  }

  get meta(): JsonObject {
    return this.#request.meta;
  }

  get trace(): TraceContext {
    return this.#request.trace;
  }

  get log(): Logger {
    return this.#request.log;
  }

  get progress(): Context["progress"] {
    return this.#request.progress;
  }

  get require(): Context["require"] {
    return this.#request.require;
  }

  get ping(): Context["ping"] {
    return this.#request.ping;
  }

  get closeStream(): Context["closeStream"] {
    return this.#request.closeStream;
  }

  get elicit(): Context["elicit"] {
    return this.#run.elicit;
  }

  get sample(): Context["sample"] {
    return this.#run.sample;
  }

  get roots(): Context["roots"] {
    return this.#run.roots;
  }

  get ask(): Context["ask"] {
    return this.#run.ask;
  }

  get step(): Context["step"] {
    return this.#run.step;
  }

  get #run(): Asker {
    this.#asker ??= this.#request.asker;
    return this.#asker;
  }
}
