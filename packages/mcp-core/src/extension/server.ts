import type { Nodes, Principal } from "../contract/index.js";
import type { EncodedResult } from "../jsonrpc/encode.js";
import type { JsonObject, JsonValue } from "../jsonrpc/messages.js";
import type { Clock } from "../protocol/clock.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Era, Revision } from "../protocol/revisions.js";
import type { Implementation, ServerCapabilities } from "../protocol/types.js";
import type { State } from "../state/contract.js";
import type { Caller } from "./caller.js";
import type { MethodContext } from "./context.js";
import type { ToolHooks } from "./tools.js";

/** A result as an object, or one that was encoded before. */
export type MethodResult = JsonObject | EncodedResult;

/** Serves one method. Throwing a `ProtocolError` answers with it; anything else becomes -32603. */
export type MethodHandler = (params: JsonObject, ctx: MethodContext) => MaybePromise<MethodResult>;

/** Takes a notification; `caller` is who made the handshake, and `undefined` where nobody did. */
export type NotificationHandler = (
  params: JsonObject | undefined,
  caller: Caller | undefined,
  from: NotifiedBy,
) => MaybePromise<void>;

/** Who sent a notification. */
export interface NotifiedBy {
  /** As `MethodContext.recipient` of its requests. */
  readonly recipient: string;
  /** Who was authenticated, if anyone, where that is known of the connection or session. */
  readonly principal: Principal | undefined;
}

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
  /** The revisions that have it. Default: all of its eras. */
  readonly revisions?: readonly Revision[];
  /** The server capability without which the method does not exist. */
  readonly capability?: string;
  readonly cache?: CacheKind;
  readonly handle: MethodHandler;
}

/** A filter of `subscriptions/listen`, and the notification it lets through, sent by `announce`. */
export interface ListenFilter {
  readonly notification: string;
  /**
   * The channels on which what it lets through is announced; heard from before the filter is opened on. A `ProtocolError`
   * thrown here refuses the subscription. Default: it is announced to everybody.
   */
  readonly channels?: (asked: JsonValue) => readonly string[];
  /**
   * Opens the filter for one subscription, with what was asked for; `undefined` when none of it is honoured.
   * A `ProtocolError` thrown here refuses the subscription.
   */
  readonly open: (asked: JsonValue, ctx: MethodContext) => MaybePromise<OpenFilter | undefined>;
}

/** What becomes of a notification that was announced, on its way to one client. */
export interface Told {
  /**
   * The params as they are sent, made when the client can take them: so that only what matters needs to be announced,
   * and of several in a row the last alone is made. `undefined` sends nothing. Default: as they were announced.
   */
  readonly render?: (params: JsonObject | undefined) => MaybePromise<JsonObject | undefined>;
}

/** A filter as one subscription has it. */
export interface OpenFilter extends Told {
  /** The part of what was asked for that is honoured, as the acknowledgement tells it. */
  readonly honoured: JsonValue;
  /** Whether a notification with these params concerns the subscription. */
  readonly lets: (params: JsonObject | undefined) => boolean;
  /** The params of all that may have been missed while nodes could not hear of each other. Default: nothing. */
  readonly missed?: () => readonly (JsonObject | undefined)[];
  /** The subscription is over. */
  readonly closed?: () => void;
}

/** A notification to clients of the handshake era, outside any request, where they can be sent one. */
export interface Push extends Told {
  /** What it is called on the wire. Default: as it was announced. */
  readonly method?: string;
  /** The channel on which what is for this client is announced, if anything is. Default: it is announced to everybody. */
  readonly channel?: (to: PushedTo) => string | undefined;
  /** Whether it is for the client of this link. */
  readonly lets: (params: JsonObject | undefined, to: PushedTo) => boolean;
}

export interface PushedTo {
  /** As `MethodContext.recipient` of its requests. */
  readonly recipient: string;
  readonly principal: Principal | undefined;
  readonly revision: Revision;
}

/** Whom capabilities are declared to. */
export interface DeclaredTo {
  readonly revision: Revision;
  readonly principal: Principal | undefined;
}

/**
 * An extension of the protocol (Versioning, Extension Negotiation), as one value: the methods it owns,
 * what it declares, what may be listened to, what it does with tools. The dispatcher knows none by name.
 */
export interface ServerExtension {
  /** With its mandatory prefix, as in `io.modelcontextprotocol/tasks`. */
  readonly id: string;
  /** Declared under `capabilities.extensions`; an empty object by default. */
  readonly settings?: JsonObject;
  /** In which eras it is declared there. Default: both. */
  readonly declaredIn?: readonly Era[];
  /**
   * Whether there is anything of it to offer. While there is not, nothing is declared, and its methods, filters and
   * pushes are not there. Default: always.
   */
  readonly offered?: () => boolean;
  /** Further capabilities to declare, per era. */
  readonly capabilities?: Partial<
    Record<Era, ServerCapabilities | ((to: DeclaredTo) => ServerCapabilities | undefined)>
  >;
  readonly methods?: Readonly<Record<string, Method>>;
  /** Values of `resultType` it adds; sent only to clients that declared the extension. */
  readonly resultTypes?: readonly string[];
  /** Notifications from the client. */
  readonly notifications?: Readonly<Record<string, NotificationHandler>>;
  readonly listenFilters?: Readonly<Record<string, ListenFilter>>;
  /** By the names under which they are announced. */
  readonly pushes?: Readonly<Record<string, Push>>;
  readonly tools?: ToolHooks;
  /**
   * The server serves no more. What was accepted may go on until `until` is aborted; settles, soon after that in any
   * case, when what it worked on has been put in order.
   */
  readonly close?: (until: AbortSignal) => Promise<void>;
}

/** What an extension may need of the server that has it. */
export interface ExtensionHost {
  readonly info: Implementation;
  /** What the nodes of this server share; where it shares nothing, a state in this process's memory. */
  readonly state: State;
  /** The nodes that share it, if any do. */
  readonly nodes: Nodes | undefined;
  readonly clock: Clock;
  /**
   * Tells of something: whoever listens for it with a filter, the pushes of this extension, and {@link hear}, on every
   * node. Equal ones of one turn are one.
   * @param channel makes it known to those alone who hear this channel, and to no node where nobody does. Each channel
   *   that is heard is a subscription of the state's bus: there should be some thousands of them at most
   * @throws TypeError when `params` are no object, or hold what JSON cannot carry
   */
  announce(method: string, params?: JsonObject, channel?: string): void;
  /** Hears what is announced under this name, on whichever node. */
  hear(method: string, heard: (params: JsonObject | undefined) => void, options?: HearOptions): Hearing;
  /** Tells the author of a failure that no client is told of. */
  report(error: unknown): void;
}

export interface HearOptions {
  /** What is announced on this channel, and nothing else. */
  readonly channel?: string;
  /** Called when some of it may have been missed. */
  readonly missed?: () => void;
}

export interface Hearing {
  /** Settles when nothing is missed from now on; rejects as the state does. Need not be looked at. */
  readonly begun: Promise<unknown>;
  readonly stop: () => void;
}

/** An extension, or what makes it for a server. */
export type ServerExtensionOption = ServerExtension | ((host: ExtensionHost) => ServerExtension);
