import type { Exchange } from "../contract/index.js";
import type { Caller } from "../extension/caller.js";
import type { Logger } from "../extension/logger.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import { progressTokenField } from "../protocol/fields.js";
import { has } from "../protocol/revisions.js";
import type { LogLevel } from "../protocol/types.js";
import { Increasing } from "./increasing.js";
import type { LinkScope } from "./link-scope.js";
import { createLogger, isLoggable } from "./logger.js";
import { Outbox } from "./outbox.js";

/** Log messages never travel on a subscription (Logging, Per-request log level). */
const LISTEN = "subscriptions/listen";

const nothingToDo = Promise.resolve();

/** The request that tells, as far as that matters. */
interface Teller {
  readonly client: Caller;
  readonly exchange: Exchange;
  readonly link: Pick<LinkScope, "logs">;
  readonly meta: JsonObject;
  readonly method: string;
  /** Nothing more is told. */
  readonly over: boolean;
}

/** What a request tells its client while it is served: its progress, and log messages. */
export class Telling {
  /** What was told of its progress. */
  readonly increasing = new Increasing();
  readonly #request: Teller;
  #outbox: Outbox | undefined;
  #log: Logger | undefined;

  constructor(request: Teller) {
    this.#request = request;
  }

  get log(): Logger {
    this.#log ??= createLogger((level, data) => {
      this.#emitLog(level, data);
    });
    return this.#log;
  }

  /**
   * Settles when the client has accepted it, or a later one in its stead.
   * @throws TypeError for what is no finite number
   */
  progress(progress: number, total: number | undefined, message: string | undefined): Promise<void> {
    const { client, meta, over } = this.#request;
    const increases = this.increasing.takes(progress, total);
    const token = progressTokenField(meta);
    if (token === undefined || over || !increases) return nothingToDo;
    this.increasing.took(progress);
    const tells = message !== undefined && has(client.revision, "progressMessage");
    return this.#openOutbox().progress({
      progressToken: token,
      progress,
      ...(total !== undefined && { total }),
      ...(tells && { message }),
    });
  }

  /** The request was cancelled: what waits is dropped. */
  close(): void {
    this.#outbox?.close();
  }

  /** The request is done: what waits goes out ahead of its response. */
  finish(): void {
    this.#outbox?.finish();
  }

  #emitLog(level: LogLevel, data: JsonValue): void {
    const { client, link, method, over } = this.#request;
    if (over || method === LISTEN || !link.logs || !isLoggable(level, client.logLevel)) return;
    this.#openOutbox().log({ level, data });
  }

  #openOutbox(): Outbox {
    return (this.#outbox ??= new Outbox(this.#request.exchange));
  }
}
