import type {
  AnswerOptions,
  AskedOfClient,
  ClientAgreement,
  ClientExtensionHost,
  ExtensionListenOptions,
  HeardProgress,
} from "../extension/client.js";
import type { Change, ChangeFilter, ChangeSubscription } from "../extension/changes.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import { fireAndForget } from "../protocol/promises.js";
import { eraOf } from "../protocol/revisions.js";
import type { CallToolResult, ClientCapabilities, Progress, Tool } from "../protocol/types.js";
import type { Answering } from "./answering/reader.js";
import type { Calls } from "./calls.js";
import type { Agreed } from "./negotiate.js";
import type { CallOptions } from "./options.js";
import type { Sessions } from "./sessions.js";
import type { Subscriptions } from "./subscriptions/subscriptions.js";

/** What a host gets from the client it stands for. */
export interface HostParts {
  readonly answering: Answering;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  readonly report: (error: unknown) => void;
  readonly sessions: () => Pick<Sessions, "agreed" | "reachable" | "current">;
  readonly calls: () => Calls;
  readonly request: (method: string, params: JsonObject, options: CallOptions) => Promise<JsonObject>;
  readonly listTools: (options: CallOptions) => Promise<readonly Tool[]>;
  readonly toolResult: (name: string, result: JsonObject, options: CallOptions) => Promise<CallToolResult>;
  readonly subscriptions: () => Promise<Subscriptions>;
  /** How long the server may be silent, in ms. */
  readonly timeoutMs: () => number;
}

/** The client as its extensions see it. */
export class ExtensionHost implements ClientExtensionHost {
  readonly #parts: HostParts;

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  get agreed(): ClientAgreement {
    const { revision, server, capabilities } = this.#agreed;
    return { era: eraOf(revision), revision, server, capabilities };
  }

  get capabilities(): ClientCapabilities {
    return this.#parts.answering.capabilities;
  }

  get isReachable(): boolean {
    return this.#parts.sessions().reachable();
  }

  get closing(): AbortSignal {
    return this.#parts.closing;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  request(method: string, params: JsonObject, options: CallOptions = {}): Promise<JsonObject> {
    return this.#parts.request(method, params, options);
  }

  notify(method: string, params: JsonObject = {}): void {
    const session = this.#parts.sessions().current;
    if (session !== undefined)
      fireAndForget(() => session.connection.notify({ jsonrpc: "2.0", method, params }));
  }

  listTools(options: CallOptions = {}): Promise<readonly Tool[]> {
    return this.#parts.listTools(options);
  }

  toolResult(tool: string, result: JsonObject, options: CallOptions = {}): Promise<CallToolResult> {
    return this.#parts.toolResult(tool, result, options);
  }

  async answer(inputRequests: JsonValue | undefined, options: AnswerOptions): Promise<JsonObject> {
    const { answerAll } = await import("./answering/for-extensions.js");
    const { answering, closing } = this.#parts;
    return answerAll(inputRequests, options, answering, this.#agreed, closing);
  }

  async read(question: AskedOfClient): Promise<(signal: AbortSignal) => Promise<JsonObject>> {
    const { readOne } = await import("./answering/for-extensions.js");
    const { answering, calls } = this.#parts;
    return readOne(question, answering, this.#agreed, () => calls().hold());
  }

  async listen(
    filter: ChangeFilter,
    heard: (change: Change) => void,
    options: ExtensionListenOptions = {},
  ): Promise<ChangeSubscription> {
    const { subscriptions, timeoutMs } = this.#parts;
    return (await subscriptions()).call(filter, heard, { timeoutMs: timeoutMs(), ...options });
  }

  hearProgress(heard: (progress: Progress) => void): HeardProgress {
    return this.#parts.calls().hearProgress(heard);
  }

  report(error: unknown): void {
    this.#parts.report(error);
  }

  get #agreed(): Agreed {
    return this.#parts.sessions().agreed;
  }
}
