import type { EventSink, Timed } from "@towpath/mcp-core/http";
import type { Visit } from "@towpath/mcp-core/http-server";
import {
  encode,
  ServerConnection,
  type Clock,
  type CloseReason,
  type ConnectionLimits,
  type Dispatcher,
  type HandshakeRevision,
  type Load,
  type MaybePromise,
  type Outgoing,
} from "@towpath/mcp-core/transport";

/** What all sessions of one endpoint have in common. */
export interface SessionHost {
  readonly dispatcher: Dispatcher;
  /** What is spoken in sessions. One list, as it is compared with what the server speaks only once. */
  readonly revisions: readonly HandshakeRevision[];
  readonly connectionLimits: ConnectionLimits;
  readonly load: Load;
  readonly clock: Clock;
  /** The session is not to go on. */
  end(session: Session, reason: CloseReason): void;
}

let peers = 0;

/** One client: the stream it reads, and what came of the messages it sent. */
export class Session implements Timed {
  place: Timed["place"];
  readonly id: string;
  /** The principal it belongs to. */
  readonly owner: string | undefined;
  readonly connection: ServerConnection;
  readonly stream: EventSink;
  readonly #host: SessionHost;

  /** Answers the request that opened it. @param endpoint where its messages are sent to */
  constructor(host: SessionHost, id: string, { call, principal, headers }: Visit, endpoint: string) {
    this.#host = host;
    this.id = id;
    this.owner = principal?.id;
    this.connection = new ServerConnection({
      dispatcher: host.dispatcher,
      peer: {
        id: `sse-${String((peers += 1))}`,
        transport: "sse",
        revisions: host.revisions,
        ...(principal !== undefined && { principal }),
      },
      headers: call.headers,
      limits: host.connectionLimits,
      load: host.load,
      clock: host.clock,
      send: (message) => this.#send(message),
      onUnread: (error) => host.end(this, { kind: "lost", error }),
    });
    this.stream = call.stream(headers);
    // To be read first, so that whatever is sent next has somewhere to go (2024-11-05, HTTP with SSE).
    void this.stream.write(`event: endpoint\ndata: ${endpoint}\n\n`);
  }

  /** Its client has not introduced itself in time. */
  overdue(): void {
    this.#host.end(this, { kind: "closed" });
  }

  #send(message: Outgoing): MaybePromise<void> {
    // What encodes JSON leaves no line end in it.
    return this.stream.write(`event: message\ndata: ${encode(message)}\n\n`);
  }
}
