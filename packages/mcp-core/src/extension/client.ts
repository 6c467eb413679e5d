import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Era, Revision } from "../protocol/revisions.js";
import type {
  CallToolResult,
  ClientCapabilities,
  Implementation,
  Progress,
  ServerCapabilities,
  Tool,
} from "../protocol/types.js";
import type { CallOptions, Timeouts } from "./call-options.js";
import type { Change, ChangeFilter, ChangeSubscription, ListenOptions } from "./changes.js";

/** What a client and its server agreed on. */
export interface ClientAgreement {
  readonly era: Era;
  readonly revision: Revision;
  /** Name and version as the server reports them, unverified. */
  readonly server: Implementation | undefined;
  readonly capabilities: ServerCapabilities;
}

/** A request as somebody makes it who uses the client. */
export interface ClientCall {
  readonly method: string;
  readonly params: JsonObject;
  readonly options: CallOptions;
  /** How long it may take: as its options have it, or else as the client has. */
  readonly limits: Required<Timeouts>;
  /** When it was made, in the clock's milliseconds. */
  readonly startedAt: number;
}

/** Settles with the result; `undefined` leaves the call to the next extension, and at last to the core. */
export type CallHandler = (call: ClientCall) => Promise<JsonObject> | undefined;

/** What goes with a request of the server's. */
export interface ServedContext {
  /** Aborted when the server wants no answer any more, or the connection is gone. */
  readonly signal: AbortSignal;
}

/**
 * Answers a request of the server's; `undefined` leaves it to the next extension, and at last to the core. Throwing a
 * `ProtocolError` answers with it; anything else becomes -32603, and is reported.
 */
export type ServedHandler = (params: JsonObject, ctx: ServedContext) => MaybePromise<JsonObject> | undefined;

/**
 * An extension of the protocol, as a client supports it (Versioning, Extension Negotiation), as one value: what it
 * declares, what results it knows, what it does with calls, notifications and requests. The client knows none by name.
 * Extensions are asked in the order of the client's options, and tasks last: of several with something of one name, the
 * first has it.
 */
export interface ClientExtension {
  /** With its mandatory prefix, as in `io.modelcontextprotocol/tasks`. */
  readonly id: string;
  /** Declared under `capabilities.extensions`; an empty object by default. */
  readonly settings?: JsonObject;
  /**
   * In which eras it is declared there. Default: both. In an era in which it is not, its methods, result types and
   * `follow` are as if they were not there.
   */
  readonly declaredIn?: readonly Era[];
  /** Further capabilities to declare, per era. A function is given the revision that is declared for. */
  readonly capabilities?: Partial<
    Record<Era, ClientCapabilities | ((revision: Revision) => ClientCapabilities | undefined)>
  >;
  /** Its methods, which are sent only to servers that declared the extension. */
  readonly methods?: readonly string[];
  /**
   * By method, the member of `params` that the `Mcp-Name` header repeats, where a transport has headers (2026-07-28,
   * Streamable HTTP, Standard Request Headers).
   */
  readonly mirroredNames?: Readonly<Record<string, string>>;
  /** Values of `resultType` it adds. */
  readonly resultTypes?: readonly string[];
  /**
   * Makes of a result with one of its `resultTypes` the one that the caller waits for. It has the time limits and the
   * signal of the call to heed. Default: the caller gets the result as it is.
   */
  readonly follow?: (result: JsonObject, call: ClientCall) => Promise<JsonObject>;
  /** By method: makes calls in place of the core. */
  readonly calls?: Readonly<Record<string, CallHandler>>;
  /** By method: sees results before those who asked do, also those that were kept. Changes nothing of them. */
  readonly results?: Readonly<Record<string, (result: JsonObject) => void>>;
  /** By method: hears notifications, before `listen` and `onNotification` do. */
  readonly notifications?: Readonly<Record<string, (params: JsonObject) => void>>;
  /** By method: answers requests of servers, which those of the handshake era alone send. */
  readonly serves?: Readonly<Record<string, ServedHandler>>;
  /** Names of filters it adds to `listen`. */
  readonly listenFilters?: readonly string[];
}

/** A question of the server's, as it stands in a result or a request. */
export interface AskedOfClient {
  readonly method: string;
  readonly params?: JsonObject;
}

export interface AnswerOptions {
  /** The method of the call that caused the questions, as their handlers are told. */
  readonly method: string;
  /** Aborted when nobody waits for the answers any more. */
  readonly signal?: AbortSignal;
}

/** Progress that belongs to no request in flight. */
export interface HeardProgress {
  /** To be sent as `_meta.progressToken`; no other has it. */
  readonly token: string;
  /** Nothing more is heard. */
  readonly stop: () => void;
}

export interface ExtensionListenOptions extends ListenOptions {
  /** Told when the subscription had to be made anew, so that changes may have been missed. */
  readonly onMissed?: () => void;
}

/** What an extension may need of the client that has it. Nothing can be sent before the client is connected. */
export interface ClientExtensionHost {
  /** What was agreed on last. */
  readonly agreed: ClientAgreement;
  /** What the client declares besides its extensions: above all what it answers when it is asked. */
  readonly capabilities: ClientCapabilities;
  /** `false`: there is no connection, and will be none. */
  readonly isReachable: boolean;
  /** Aborted, with the reason, when the client is closed. */
  readonly closing: AbortSignal;
  readonly clock: Clock;
  /**
   * Sends a request as the client does, past all extensions: a result of a type of theirs comes back as it is. Questions
   * in place of a result are answered (Multi Round-Trip Requests).
   * @throws as `McpClient.request`
   */
  request(method: string, params: JsonObject, options?: CallOptions): Promise<JsonObject>;
  /** Sends a notification, if there is a connection; whether it arrives is not known. */
  notify(method: string, params?: JsonObject): void;
  /** All tools of the server, from the cache if they are there. */
  listTools(options?: CallOptions): Promise<readonly Tool[]>;
  /**
   * Reads the result of a tool as `callTool` does, and holds it against the tool's output schema.
   * @throws InvalidResultError
   */
  toolResult(tool: string, result: JsonObject, options?: CallOptions): Promise<CallToolResult>;
  /**
   * Puts `inputRequests` to the client's own handlers of questions, all at once, and settles with the
   * `inputResponses`. Who is asked the same twice is asked twice: leave out what was answered.
   * @throws InvalidResultError for what cannot be asked; else what a handler throws, which stops the others
   */
  answer(inputRequests: JsonValue | undefined, options: AnswerOptions): Promise<JsonObject>;
  /**
   * Reads one question that came as a request. Calling what comes back puts it to the client's handler; meanwhile no call
   * in flight counts as idle.
   * @throws ProtocolError that the server is to be told, for one that is malformed or was not declared
   */
  read(question: AskedOfClient): Promise<(signal: AbortSignal) => Promise<JsonObject>>;
  /**
   * Subscribes to changes as `McpClient.listen` does.
   * @throws as `McpClient.listen`
   */
  listen(
    filter: ChangeFilter,
    heard: (change: Change) => void,
    options?: ExtensionListenOptions,
  ): Promise<ChangeSubscription>;
  /** Hears progress for as long as it takes, also after the request with its token was answered. */
  hearProgress(heard: (progress: Progress) => void): HeardProgress;
  /** Tells the author of the client of a failure that nobody else sees (`onError`). */
  report(error: unknown): void;
}

/** An extension, or what makes it for a client. */
export type ClientExtensionOption = ClientExtension | ((host: ClientExtensionHost) => ClientExtension);
