import type { ClientConnection, ClientTransport } from "../contract/index.js";
import type { ClientCall, ClientExtensionHost } from "../extension/client.js";
import { InternalError } from "../jsonrpc/errors.js";
import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from "../jsonrpc/messages.js";
import { OnDemand } from "../protocol/on-demand.js";
import { ELICITATION_COMPLETE } from "../protocol/notifications.js";
import { afterwards, fireAndForget, type MaybePromise } from "../protocol/promises.js";
import { systemClock } from "../protocol/clock.js";
import type { CallToolResult, ClientCapabilities } from "../protocol/types.js";
import { clientTasks, type ClientTasks } from "../tasks/client/extension.js";
import type { Answers } from "./answering/answers.js";
import { declaredWith } from "./answering/declared.js";
import { INPUT_REQUIRED } from "./answering/input-required.js";
import type { Answering } from "./answering/reader.js";
import { clientClosed } from "./client-closed.js";
import { extensionHost } from "./extension-host.js";
import { Extensions } from "./extensions.js";
import { Inbox } from "./inbox.js";
import { introductionOf } from "./introduction.js";
import { Kept } from "./kept.js";
import { KnownTools } from "./known-tools.js";
import { allOf, TOOLS, type PageSource } from "./lists.js";
import type { Agreed } from "./negotiate.js";
import {
  answersQuestions,
  checkRounds,
  DEFAULT_MAX_ROUNDS,
  type CallOptions,
  type McpClientOptions,
} from "./options.js";
import { noticeOf, reporterOf } from "./report.js";
import { Requests } from "./requests.js";
import { readToolResult } from "./results.js";
import { Sending } from "./sending.js";
import { Sessions } from "./sessions.js";
import type { Subscriptions } from "./subscriptions/subscriptions.js";
import type { Change } from "./subscriptions/types.js";

const ignore = (): void => undefined;

/** What is behind the methods of a client: what it asks, answers, keeps and listens to, whatever it is about. */
export class Conversation {
  readonly #requests: Requests;
  readonly #sessions: Sessions;
  readonly #sending: Sending;
  readonly #kept: Kept;
  readonly #answering: Answering;
  readonly #answers: OnDemand<Answers>;
  readonly #subscriptions: OnDemand<Subscriptions>;
  readonly #report: (error: unknown) => void;
  readonly #maxRounds: number;
  readonly #declares: ClientCapabilities | undefined;
  readonly #capabilities: ClientCapabilities;
  readonly #extensions: Extensions;
  readonly #tasks: ClientTasks | undefined;
  readonly #closing = new AbortController();

  /** @throws RangeError or TypeError for options that cannot be, with what they may be */
  constructor(transport: ClientTransport, options: McpClientOptions) {
    this.#maxRounds = checkRounds(options.maxRounds ?? DEFAULT_MAX_ROUNDS);
    this.#report = reporterOf(options);
    this.#declares = options.capabilities;
    this.#capabilities = declaredWith(options, options.capabilities);
    this.#answering = { handlers: options, capabilities: this.#capabilities };
    this.#tasks = options.tasks === false ? undefined : clientTasks();
    this.#extensions = new Extensions(
      [...(options.extensions ?? []), ...(this.#tasks === undefined ? [] : [this.#tasks.extension])],
      this.#host(options),
    );
    const { known, mirroredNames: names } = this.#extensions;
    const { mirrors = false, reconnect } = transport;
    const repeats = reconnect?.repeats === true;
    const onInvalid = noticeOf(options);
    const tools = mirrors || repeats ? new KnownTools({ mirrors, names, onInvalid }) : undefined;
    this.#requests = new Requests(
      options,
      known,
      mirrors ? (message) => tools?.headersOf(message) : undefined,
    );
    const { calls, limits } = this.#requests;
    const inbox = new Inbox(calls, options, {
      answerable: (method) => this.#sessions.answerable(method),
      heard: (notification) => this.#heard(notification),
      answer: (connection, request) => {
        this.#answer(connection, request, inbox);
      },
      cancelled: (connection, id, reason) => {
        if (connection === undefined) this.#subscriptions.loaded?.cancelled(id);
        else this.#answers.use((answers) => answers.cancelled(connection, id, reason), ignore);
      },
    });
    this.#kept = new Kept(calls.clock, options, {
      tools,
      report: this.#report,
      readTools: (cache) => allOf(TOOLS, this.pages({ cache })),
      onUnusable: (description) => {
        inbox.noise(description);
      },
    });
    const us = introductionOf(options, (revision) => this.#extensions.declared(this.#capabilities, revision));
    this.#sessions = new Sessions(transport, inbox, options, us, calls, limits);
    const secondAttempt =
      tools &&
      new OnDemand(async () => {
        const { SecondAttempt } = await import("./second-attempt.js");
        const listTools = () => allOf(TOOLS, this.pages({ cache: "reload" }));
        return new SecondAttempt({ tools, listTools, repeats, current: () => this.#sessions.current });
      });
    this.#sending = new Sending({
      requests: this.#requests,
      sessions: this.#sessions,
      kept: this.#kept,
      secondAttempt,
      listings: () => tools?.listings ?? 0,
      closing: this.#closing.signal,
    });
    this.#answers = new OnDemand(async () => {
      const { Answers } = await import("./answering/answers.js");
      return new Answers(this.#answering, calls, inbox, this.#report, this.#extensions);
    });
    this.#subscriptions = new OnDemand(async () => {
      const { Subscriptions } = await import("./subscriptions/subscriptions.js");
      const missed = (change: Change): void => {
        this.#kept.forget(change);
      };
      return new Subscriptions(this.#requests, this.#sessions, this.#extensions.listenFilters, missed);
    });
  }

  /** What was agreed on last. */
  get agreed(): Agreed {
    return this.#sessions.agreed;
  }

  /** How long the server may be silent where a call says nothing of it, in ms. */
  get timeoutMs(): number {
    return this.#requests.limits.timeoutMs;
  }

  /** Opens the first connection. */
  async open(): Promise<void> {
    if (answersQuestions(this.#answering.handlers)) await this.#answers.load();
    if (this.#declares !== undefined) {
      const { checkDeclared } = await import("./answering/check-declared.js");
      checkDeclared(this.#answering.handlers, this.#declares);
    }
    await this.#sessions.open();
  }

  /** Settles with the result of a request, or with the one that is kept; answers what the server asks first. */
  async request(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const startedAt = this.#requests.calls.clock.now();
    const callOf = (): ClientCall => {
      const limits = this.#requests.limitsOf(options);
      return { method, params, options, limits, startedAt };
    };
    const made = this.#extensions.call(method, callOf);
    const result = await (made ?? this.#raw(method, params, options));
    return this.#extensions.follow(result, callOf);
  }

  /** The same, past all extensions: results of their types come as they are. */
  #raw(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    return this.#sending.request(method, params, options).then((result) => {
      this.#extensions.came(method, result);
      return result["resultType"] === INPUT_REQUIRED ? this.#rounds(method, params, result, options) : result;
    });
  }

  async #rounds(
    method: string,
    params: JsonObject,
    first: JsonObject,
    options: CallOptions,
  ): Promise<JsonObject> {
    const { followRounds } = await import("./answering/rounds.js");
    return followRounds(method, params, first, options, {
      us: this.#answering,
      maxRounds: this.#maxRounds,
      send: (again) => this.#sending.request(method, again, options),
      agreed: () => this.#sessions.agreed,
      closing: this.#closing.signal,
    });
  }

  /** The pages of lists. */
  pages(options: CallOptions): PageSource {
    return {
      page: (method, params) => this.request(method, params, options),
      served: (page) => this.#kept.served(page),
      discard: (method) => {
        this.#kept.discard(method);
      },
    };
  }

  /**
   * Reads the result of a tool, and holds it against its output schema.
   * @throws InvalidResultError
   */
  toolResult(name: string, given: JsonObject, options: CallOptions): MaybePromise<CallToolResult> {
    const result = readToolResult(given);
    return afterwards(this.#kept.check(name, result, this.agreed.revision, options), result);
  }

  /** @throws TypeError where they are turned off */
  get tasks(): ClientTasks {
    if (this.#tasks === undefined) throw new TypeError("This client has the option tasks: false");
    return this.#tasks;
  }

  /** Tells the server that the roots have changed, where it would want to know. */
  rootsChanged(): void {
    const session = this.#sessions.current;
    const isTold = session?.meta === undefined && this.#capabilities.roots?.listChanged === true;
    if (session === undefined || !isTold) return;
    const message = { jsonrpc: "2.0", method: "notifications/roots/list_changed" } as const;
    fireAndForget(() => session.connection.notify(message));
  }

  subscriptions(): Promise<Subscriptions> {
    return this.#subscriptions.load();
  }

  async close(): Promise<void> {
    const reason = clientClosed({ mayHaveBeenDelivered: true });
    this.#closing.abort(reason);
    this.#subscriptions.loaded?.close(reason);
    this.#requests.calls.abandon(reason);
    await this.#sessions.close();
    this.#requests.calls.close();
    this.#kept.close();
  }

  #answer(connection: ClientConnection, request: JsonRpcRequest, { replies }: Inbox): void {
    const { id, params } = request;
    this.#requests.elicitations.add(params?.["elicitationId"]);
    const { agreed } = this.#sessions;
    this.#answers.use(
      (answers) => {
        answers.answer(connection, request, agreed);
      },
      (error) => {
        this.#report(error);
        replies.give(connection, request, { jsonrpc: "2.0", id, error: new InternalError().toJSON() });
      },
    );
  }

  #host({ clock = systemClock }: McpClientOptions): ClientExtensionHost {
    return extensionHost({
      answering: this.#answering,
      clock,
      closing: this.#closing.signal,
      report: this.#report,
      sessions: () => this.#sessions,
      calls: () => this.#requests.calls,
      request: (method, params, options = {}) => this.#raw(method, params, options),
      listTools: (options = {}) => allOf(TOOLS, this.pages(options)),
      toolResult: async (name, result, options = {}) => this.toolResult(name, result, options),
      subscriptions: () => this.subscriptions(),
      timeoutMs: () => this.timeoutMs,
    });
  }

  /** @returns whether the notification is for nobody else */
  #heard(notification: JsonRpcNotification): boolean {
    this.#kept.forget(notification);
    const { method, params } = notification;
    if (method === ELICITATION_COMPLETE)
      return !this.#requests.elicitations.complete(params?.["elicitationId"]);
    this.#extensions.heard(notification);
    return this.#subscriptions.loaded?.notified(notification) === true;
  }
}
