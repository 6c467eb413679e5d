import type { Outgoing, Reply } from "../jsonrpc/encode.js";
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import type { Handshake } from "../protocol/handshake.js";
import type { State } from "../state/contract.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Revision } from "../protocol/revisions.js";

/** What serves peers. `McpServer` is one; a bridge to another server would be another. */
export interface Dispatcher {
  open(peer: Peer): Link;
  /** What the server shares with other nodes, for transports that keep sessions or streams; absent if nothing. */
  readonly state?: State | undefined;
  /** Who else serves with that state; there where `state` is. */
  readonly nodes?: Nodes | undefined;
  /** The revisions that are spoken. Absent: all may be. */
  readonly revisions?: readonly Revision[];
}

/** This process among those that serve as one server, because they share a state. */
export interface Nodes {
  /** This node's own: no other has it, nor had it before. */
  readonly id: string;

  /**
   * Why this node cannot serve together with the others, if that was found out after it had begun: it should be given
   * no more work.
   */
  readonly disagreement: Error | undefined;

  /**
   * Makes this node known until {@link leave} was called as often. Settles when others can know it; rejects as the
   * state does, and when this node cannot serve together with those that are there.
   */
  join(): Promise<void>;

  /** Settles, soon in any case, when the others can know that this node is gone. Never rejects. */
  leave(): Promise<void>;

  /** Whether a node is there, as far as the state knows. */
  isThere(node: string): Promise<boolean>;

  /**
   * Calls `gone` once it is certain enough that a node has ended or crashed, or is cut off from the state: whatever
   * it had begun, another may end. Returns the way to stop watching.
   */
  watch(node: string, gone: () => void): () => void;
}

/**
 * One peer as its dispatcher sees it: a stdio, WebSocket or SSE connection, an HTTP session, or a single
 * POST without a session. A transport opens a link, hands it what arrives, and closes it.
 */
export interface Link {
  /** The revision agreed on by `initialize`; undefined before that, and for peers of the stateless era. */
  readonly revision: Revision | undefined;

  /**
   * Serves one request. Never throws and never rejects. The reply is returned, not sent: what becomes of
   * it (a line, a status and a body, part of a batch) is the transport's business. `undefined`: the
   * request was cancelled and gets no answer.
   */
  request(message: JsonRpcRequest, exchange: Exchange): MaybePromise<Reply | undefined>;

  /** A notification from the client. Unknown or malformed ones are ignored, as the specification asks. */
  notify(message: JsonRpcNotification): void;

  /**
   * The client's answer to a request of ours. `delivered`: somebody was waiting for it; `unknown`: nobody
   * here ever asked; `lost`: the one who asked is gone; `unavailable`: the node that asked cannot be told just now, as
   * the state is away, and may be later.
   */
  answer(message: JsonRpcResponse): MaybePromise<AnswerOutcome>;

  /** Takes over what the session agreed on, or set since, on another link: of this node or another. */
  adopt(handshake: Handshake): void;

  /** Changes may have been missed: the peer is told of all that it waits for, to read it anew. */
  missed(): void;

  /** Asks long-lived exchanges (`subscriptions/listen`) to end with their result; others go on. */
  drain(): void;

  /**
   * The peer is gone: everything in flight is aborted, and nothing is sent any more. Settles when the last
   * handler has ended, those of cancelled requests included; never rejects.
   */
  close(reason: CloseReason): MaybePromise<void>;
}

export type AnswerOutcome = "delivered" | "unknown" | "lost" | "unavailable";

/** Why a connection ended: `closed` on purpose, `lost` otherwise. `error` has what is known of the cause. */
export interface CloseReason {
  readonly kind: "closed" | "lost";
  readonly error?: Error;
}

/** What a transport hands over with a request: the way back, for as long as the request lives. */
export interface Exchange {
  /** Aborted when the peer gave up on this request alone; a peer that is gone closes its link instead. */
  readonly signal?: AbortSignal;
  /** Who sent it, where that is known of each request. Default: the peer's principal. */
  readonly principal?: Principal | undefined;
  /** The headers of the HTTP request, for handlers to see. */
  readonly headers?: ReadonlyHeaders;
  /**
   * Headers that repeat what the body says (2026-07-28, Streamable HTTP, Request Metadata; 2025-06-18 and later,
   * Protocol Version Header). Where they are, core checks them; and without a session, the version they name
   * stands in for a handshake, which nobody can have made.
   */
  readonly mirrored?: ReadonlyHeaders;
  /**
   * Called once nothing works on the request any more, if it was not answered at once: with its reply or, where
   * that came first, as of a request that was cancelled, when its handler has ended.
   */
  handled?(): void;
  /**
   * Ends the connection that carries the stream of this exchange, but not the stream: its client comes back for
   * the rest after `retryMs` (2025-11-25, Sending Messages to the Server). Absent where there is no way back.
   */
  readonly closeStream?: ((retryMs: number | undefined) => void) | undefined;
  /**
   * Sends a notification, or a request of ours, that belongs to this exchange; in order, never the
   * response. Settles when the message was accepted; rejects when it never will be.
   */
  send(message: Outgoing): MaybePromise<void>;
}

/** Who is at the other end of a link. */
export interface Peer {
  /** Unique among the peers of this process; with a session, among those of all nodes that serve it. */
  readonly id: string;
  /** The transport's name, as in `stdio`. */
  readonly transport: string;
  /** Who was authenticated, if anyone. */
  readonly principal?: Principal;
  readonly session?: SessionRef;
  /** What can be spoken over its transport. Absent: all revisions. One list for many peers. */
  readonly revisions?: readonly Revision[];
  /** Why this peer cannot answer requests of ours, if it cannot: what the author of a server is told who asks. */
  readonly unanswerable?: string;
  /** For tests: handlers that ask run anew with every answer, as they do in the stateless era. Default: false. */
  readonly replays?: boolean;
  /**
   * Sends a message outside any request: `list_changed`, `ping`. Settles like {@link Exchange.send}.
   * Absent where there is no way to: then nothing that needs it is declared.
   */
  push?(message: Outgoing): MaybePromise<void>;
}

export interface Principal {
  readonly id: string;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface ReadonlyHeaders {
  /** The value of a header, its name in any case; `null` when absent. */
  get(name: string): string | null;
  /** The same apart from the request they came with, for whoever keeps them for longer. Default: these themselves. */
  apart?(): ReadonlyHeaders;
}

/** A session of the handshake era that outlives one link, with what its `initialize` agreed on. */
export interface SessionRef {
  readonly id: string;
  readonly handshake?: Handshake | undefined;
  /**
   * Called when the handshake, or what is kept with it, changes. Settles when it is kept: whoever asked for the
   * change is told then; rejects when it could not be.
   */
  remember(handshake: Handshake): MaybePromise<void>;
}

/** Carries exchanges to a dispatcher. */
export interface ServerTransport {
  /** As in `stdio`, `streamable-http`. */
  readonly name: string;
  /** Rejects when it cannot listen, with the reason. */
  start(to: Dispatcher): Promise<Listener>;
}

export interface Listener {
  /** Where clients reach it, if those are addresses. */
  readonly urls?: readonly string[];
  /** Settles when the only peer left, or drain finished. Never rejects. */
  readonly closed: Promise<void>;
  /** Whether the only peer has left. Default: there is none that could. */
  readonly hasLeft?: boolean;
  /** How long a drain goes on taking new requests, in ms, unless its `timeoutMs` is 0. Default: 0. */
  readonly drainDelayMs?: number;
  /**
   * Takes no new requests, lets what is in flight finish for at most `timeoutMs` (default 5,000 ms, less
   * where the peer cannot send any more), then closes. Settles when closed.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
}
