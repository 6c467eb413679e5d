import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What waits for its turn on a connection: Node does not tell such responses that the connection is gone. */
const queued = new WeakMap<Socket, Set<() => void>>();

/** Whether there is nobody left to answer, or nothing left to say. */
export function isClosed(response: ServerResponse): boolean {
  return response.destroyed || response.req.socket.destroyed;
}

/** Calls back when a response is over, or its client gone: at least once, so the listener must not mind. */
export function onClose(response: ServerResponse, listener: () => void): void {
  response.once("close", listener);
  if (response.socket !== null) return;
  const { socket } = response.req;
  const waiting = queued.get(socket) ?? listeners(socket);
  waiting.add(listener);
  response.once("close", () => waiting.delete(listener));
}

function listeners(socket: Socket): Set<() => void> {
  const waiting = new Set<() => void>();
  queued.set(socket, waiting);
  socket.once("close", () => {
    for (const listener of waiting) listener();
  });
  return waiting;
}
