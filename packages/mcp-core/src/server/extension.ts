import type { EncodedResult } from "../jsonrpc/encode.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Era } from "../protocol/revisions.js";
import type { ServerCapabilities } from "../protocol/types.js";
import type { Caller } from "./caller.js";
import type { MethodContext } from "./context.js";

/** A result as an object, or one that was encoded before. */
export type MethodResult = JsonObject | EncodedResult;

/** Serves one method. Throwing a `ProtocolError` answers with it; anything else becomes -32603. */
export type MethodHandler = (params: JsonObject, ctx: MethodContext) => MaybePromise<MethodResult>;

/** Takes a notification; `caller` is who made the handshake, and `undefined` where nobody did. */
export type NotificationHandler = (
  params: JsonObject | undefined,
  caller: Caller | undefined,
) => MaybePromise<void>;

/** Results that carry caching hints in the stateless era, by the option that sets them (Caching). */
export type CacheKind = "discover" | "lists" | "reads";

/** What headers repeat of a method's params, where a transport has headers. */
export interface Mirroring {
  /**
   * The member of `params` that the `Mcp-Name` header repeats, as in `name` or `uri`: in the stateless era, a
   * request whose header differs or is missing is refused with -32020 (2026-07-28, Streamable HTTP, Standard
   * Request Headers). Default: none does.
   */
  readonly mirroredName?: string;
}

/** A method as data: in which eras it exists, what the server must offer for it, how its result is finished. */
export interface Method extends Mirroring {
  readonly eras: readonly Era[];
  /** The server capability without which the method does not exist. */
  readonly capability?: string;
  readonly cache?: CacheKind;
  readonly handle: MethodHandler;
}

/** A filter of `subscriptions/listen`, and the notification it lets through, sent by `McpServer.announce`. */
export interface ListenFilter {
  readonly notification: string;
  /**
   * Opens the filter for one subscription, with what was asked for; `undefined` when none of it is honoured.
   * A `ProtocolError` thrown here refuses the subscription.
   */
  readonly open: (asked: JsonValue, ctx: MethodContext) => OpenFilter | undefined;
}

/** A filter as one subscription has it. */
export interface OpenFilter {
  /** The part of what was asked for that is honoured, as the acknowledgement tells it. */
  readonly honoured: JsonValue;
  /** Whether a notification with these params concerns the subscription. */
  readonly lets: (params: JsonObject | undefined) => boolean;
}

/**
 * An extension of the protocol (Versioning, Extension Negotiation), as one value: the methods it owns,
 * what it declares, what may be listened to. The dispatcher knows none by name.
 */
export interface ServerExtension {
  /** With its mandatory prefix, as in `io.modelcontextprotocol/tasks`. */
  readonly id: string;
  /** Declared under `capabilities.extensions`; an empty object by default. */
  readonly settings?: JsonObject;
  /** Further capabilities to declare, per era. */
  readonly capabilities?: Partial<Record<Era, ServerCapabilities>>;
  readonly methods?: Readonly<Record<string, Method>>;
  /** Values of `resultType` it adds; sent only to clients that declared the extension. */
  readonly resultTypes?: readonly string[];
  /** Notifications from the client. */
  readonly notifications?: Readonly<Record<string, NotificationHandler>>;
  readonly listenFilters?: Readonly<Record<string, ListenFilter>>;
}
