import type { JsonRpcNotification, RequestId } from "../../jsonrpc/messages.js";
import type { Requests } from "../requests.js";
import type { Session } from "../sessions.js";
import type { Change, ExtendedFilter } from "./types.js";

/** One session's side of a subscription. */
export interface Listening {
  /** What is honoured. */
  readonly filter: ExtendedFilter;
  /** Settles with the reason when nothing more will come. */
  readonly ended: Promise<Error>;
  /** Tells the server. Never rejects. */
  close(): Promise<void>;
}

export interface ListeningOptions {
  /** Aborted when nobody waits for the acknowledgement any more. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** How changes are subscribed to in one era. */
export interface Listener {
  /**
   * Settles once the server has acknowledged.
   * @throws ProtocolError, RequestTimeoutError, InvalidResultError, ConnectionLostError, or the signal's reason
   */
  listen(
    session: Session,
    filter: ExtendedFilter,
    deliver: (change: Change) => void,
    options: ListeningOptions,
  ): Promise<Listening>;
  /** @returns whether the notification is for nobody else */
  notified(notification: JsonRpcNotification): boolean;
  /** The server tells that it ended a request. */
  cancelled(id: RequestId): void;
}

/** What a listener sends with. */
export type Sender = Pick<Requests, "calls" | "message" | "roundTrip">;
