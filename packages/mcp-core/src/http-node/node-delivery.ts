import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isClosed } from "./node-close.js";
import type { Deadlines, Timed } from "../http/deadlines.js";

/** The handle below a socket: what it says of a write that is under way is known nowhere else. */
interface WritingHandle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

/** Cuts off a client that takes none of what waits for it. */
export class NodeDelivery implements Timed {
  place: Timed["place"];
  readonly #response: ServerResponse;
  readonly #stalls: Deadlines;
  #watching = false;
  #taken = 0;

  constructor(response: ServerResponse, stalls: Deadlines) {
    this.#response = response;
    this.#stalls = stalls;
  }

  /** From now on something waits. */
  start(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#taken = taken(this.#response.socket);
    this.#stalls.add(this);
  }

  /** Nothing waits any more. */
  stop(): void {
    if (!this.#watching) return;
    this.#watching = false;
    this.#stalls.delete(this);
  }

  overdue(): void {
    if (isClosed(this.#response)) return;
    const { socket } = this.#response;
    const now = taken(socket);
    // Without a socket it waits for the answers to earlier requests of the same connection.
    if (socket === null || now !== this.#taken) {
      this.#taken = now;
      this.#stalls.add(this);
    } else {
      socket.destroy();
    }
  }
}

/** Whether all that was written to a response is out of this process. */
export function isOut({ writableLength, socket }: ServerResponse): boolean {
  if (writableLength === 0) return true;
  // Not in the types, and absent in runtimes other than Node: what was written counts as waiting for some turns more.
  const { _handle: handle } = (socket ?? {}) as { _handle?: WritingHandle | null };
  return handle?.writeQueueSize === 0;
}

/** A number that changes whenever the client takes something. */
function taken(socket: Socket | null): number {
  if (socket === null) return 0;
  // Not in the types, and absent in runtimes other than Node.
  const { _handle: handle } = socket as { _handle?: WritingHandle | null };
  return handle?.bytesWritten !== undefined && handle.writeQueueSize !== undefined
    ? handle.bytesWritten - handle.writeQueueSize
    : socket.bytesWritten - socket.writableLength;
}
