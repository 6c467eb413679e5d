import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { InputRequest } from "../protocol/question-types.js";
import type { Revision } from "../protocol/revisions.js";
import type { LogLevel } from "../protocol/types.js";
import type { MethodContext } from "./context.js";
import type { MethodResult } from "./server.js";

/** A tool as extensions see it. */
export interface ToolInfo {
  readonly name: string;
  /** As its author registered it; what is meant for an extension stands under its id in `extensions`. */
  readonly definition: {
    readonly task?: unknown;
    readonly extensions?: Readonly<Record<string, unknown>>;
    readonly _meta?: JsonObject;
  };
}

/** What an extension does with tools. */
export interface ToolHooks {
  /** A tool is being registered. What this throws, registering throws. */
  readonly registered?: (tool: ToolInfo) => void;
  /** Further members of the tool in `tools/list`; those of `_meta` are added to what is there. */
  readonly describe?: (tool: ToolInfo, revision: Revision) => JsonObject | undefined;
  /** Serves a call in place of the core; `undefined` leaves it to the next extension, and at last to the core. */
  readonly call?: (call: ToolCall, ctx: MethodContext) => MaybePromise<MethodResult> | undefined;
}

/** A `tools/call` whose tool is there. */
export interface ToolCall {
  readonly tool: ToolInfo;
  readonly params: JsonObject;
  /**
   * Does within the request what comes before the handler: checks the arguments, and runs `task.before` of the tool, which
   * may ask the client. The handler can be run apart then, once.
   * @throws ProtocolError
   */
  prepare(): MaybePromise<PreparedCall>;
}

/** `answered`: it did not come to the handler, and this is the result instead. */
export type PreparedCall =
  | { readonly kind: "answered"; readonly result: MethodResult }
  | {
      readonly kind: "ready";
      /** The arguments as the handler gets them: checked, with defaults and transformations applied. */
      readonly args: unknown;
      /** Runs the handler; settles with the result of the call. Rejects with a `ProtocolError`, or what else failed. */
      readonly run: (host: DetachedHost) => Promise<MethodResult>;
    };

/** What a handler has that runs apart from its request: the way to the client that the request was before. */
export interface DetachedHost {
  readonly signal: AbortSignal;
  /**
   * Puts a question to the client, and settles with the result.
   * @param key what the author calls it, or a name made of what is asked; of two questions of one run never the same
   */
  ask(key: string, request: InputRequest): Promise<JsonObject>;
  /** Settles when it is taken. Only values that increase come here. */
  progress(progress: number, total: number | undefined, message: string | undefined): Promise<void>;
  /** Takes every message, whatever the client asked for. */
  log(level: LogLevel, data: JsonValue): void;
}
