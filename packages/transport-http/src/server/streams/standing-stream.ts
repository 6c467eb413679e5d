import { eventText, retryText, type EventSink } from "@towpath/mcp-core/http";
import type { MaybePromise } from "@towpath/mcp-core/transport";

/** What a session's client hears outside any request, on its GET (Listening for Messages from the Server). */
export interface StandingStream {
  /** Absent where it cannot be resumed. */
  readonly id?: string;
  /** Whether a connection carries it. */
  readonly attached: boolean;
  /** Lets a connection carry it. Any other ends: the newest wins. Settles when what was missed is on its way. */
  attach(carrier: Carrier): MaybePromise<void>;
  /** @param key as of a message that other nodes may send, too */
  send(json: string, key?: string): MaybePromise<void>;
  /** This connection is gone, or goes. */
  leave(sink: EventSink): void;
  /** Ends its connection. */
  detach(): void;
  /** Ends its connection; the client is to come back, here or on another node. */
  close(retryMs: number): void;
}

/** A connection that is to carry a standing stream. */
export interface Carrier {
  readonly sink: EventSink;
  /** Whether its client is told at once where to resume, if it can (since 2025-11-25). */
  readonly primed: boolean;
  /** The event that its client saw last. */
  readonly after: string | undefined;
  /** Called if what came after that event is not there any more. */
  readonly onMissed: () => void;
  /** Called once, when it does not carry the stream any more. */
  readonly onEnd: () => void;
}

/** A standing stream that is heard by whoever is connected, or by nobody. */
export class DirectStandingStream implements StandingStream {
  #carrier: Carrier | undefined;

  get attached(): boolean {
    return this.#carrier !== undefined;
  }

  attach(carrier: Carrier): void {
    this.detach();
    this.#carrier = carrier;
    if (!carrier.sink.open) this.leave(carrier.sink); // its client left while its session was looked for
  }

  send(json: string): MaybePromise<void> {
    return this.#carrier?.sink.write(eventText(json));
  }

  leave(sink: EventSink): void {
    if (this.#carrier?.sink !== sink) return;
    const { onEnd } = this.#carrier;
    this.#carrier = undefined;
    onEnd();
  }

  detach(): void {
    this.#end();
  }

  close(retryMs: number): void {
    this.#end(retryText(retryMs));
  }

  #end(text?: string): void {
    const sink = this.#carrier?.sink;
    if (sink === undefined) return;
    this.leave(sink);
    sink.end(text);
  }
}
