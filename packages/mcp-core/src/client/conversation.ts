import type { ClientConnection, ClientTransport } from "../contract/index.js";
import { InternalError } from "../jsonrpc/errors.js";
import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from "../jsonrpc/messages.js";
import { ELICITATION_COMPLETE } from "../protocol/notifications.js";
import { fireAndForget, type MaybePromise } from "../protocol/promises.js";
import type { CallToolResult } from "../protocol/types.js";
import type { Answers } from "./answering/answers.js";
import { INPUT_REQUIRED } from "./answering/input-required.js";
import type { Answering } from "./answering/reader.js";
import { clientClosed } from "./client-closed.js";
import { Inbox } from "./inbox.js";
import { Kept } from "./kept.js";
import { KnownTools } from "./known-tools.js";
import { allOf, TOOLS, type PageSource } from "./lists.js";
import type { Agreed } from "./negotiate.js";
import { OnDemand } from "./on-demand.js";
import {
  answersQuestions,
  checkRounds,
  DEFAULT_MAX_ROUNDS,
  type CallOptions,
  type McpClientOptions,
} from "./options.js";
import { noticeOf, reporterOf } from "./report.js";
import { Requests } from "./requests.js";
import { SecondAttempt } from "./second-attempt.js";
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
  readonly #closing = new AbortController();

  /** @throws RangeError or TypeError for options that cannot be, with what they may be */
  constructor(transport: ClientTransport, options: McpClientOptions) {
    this.#maxRounds = checkRounds(options.maxRounds ?? DEFAULT_MAX_ROUNDS);
    this.#report = reporterOf(options);
    const { mirrors = false, reconnect } = transport;
    const repeats = reconnect?.repeats === true;
    const tools = mirrors || repeats ? new KnownTools({ mirrors, onInvalid: noticeOf(options) }) : undefined;
    this.#requests = new Requests(options, mirrors ? (message) => tools?.headersOf(message) : undefined);
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
      readTools: (cache) => allOf(TOOLS, this.pages({ cache })),
      onUnusable: (description) => {
        inbox.noise(description);
      },
    });
    this.#sessions = new Sessions(transport, inbox, options, calls, limits);
    const secondAttempt =
      tools &&
      new SecondAttempt({
        tools,
        listTools: () => allOf(TOOLS, this.pages({ cache: "reload" })),
        repeats,
        current: () => this.#sessions.current,
      });
    this.#sending = new Sending({
      requests: this.#requests,
      sessions: this.#sessions,
      kept: this.#kept,
      secondAttempt,
      closing: this.#closing.signal,
    });
    this.#answering = { handlers: options, capabilities: this.#sessions.capabilities };
    this.#answers = new OnDemand(async () => {
      const { Answers } = await import("./answering/answers.js");
      return new Answers(this.#answering, calls, inbox, this.#report);
    });
    this.#subscriptions = new OnDemand(async () => {
      const { Subscriptions } = await import("./subscriptions/subscriptions.js");
      const missed = (change: Change): void => {
        this.#kept.forget(change);
      };
      return new Subscriptions(this.#requests, this.#sessions, options.extensions ?? [], missed);
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
    await this.#sessions.open();
  }

  /** Settles with the result of a request, or with the one that is kept; answers what the server asks first. */
  async request(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    const result = await this.#sending.request(method, params, options);
    if (result["resultType"] !== INPUT_REQUIRED) return result;
    const { followRounds } = await import("./answering/rounds.js");
    return followRounds(method, params, result, options, {
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
   * Holds the result of a tool against its output schema.
   * @throws InvalidResultError
   */
  check(name: string, result: CallToolResult, options: CallOptions): MaybePromise<void> {
    return this.#kept.check(name, result, this.agreed.revision, options);
  }

  /** Tells the server that the roots have changed, where it would want to know. */
  rootsChanged(): void {
    const session = this.#sessions.current;
    const isTold = session?.meta === undefined && this.#sessions.capabilities.roots?.listChanged === true;
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

  /** @returns whether the notification is for nobody else */
  #heard(notification: JsonRpcNotification): boolean {
    this.#kept.forget(notification);
    const { method, params } = notification;
    if (method === ELICITATION_COMPLETE)
      return !this.#requests.elicitations.complete(params?.["elicitationId"]);
    return this.#subscriptions.loaded?.notified(notification) === true;
  }
}
