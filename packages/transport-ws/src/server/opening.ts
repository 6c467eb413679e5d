import type { Duplex } from "node:stream";

/**
 * Tells once that it is settled whether a connection becomes a WebSocket: when the function that is given is called, or
 * the client is gone. A client that ends its side will never take a WebSocket, so its connection is closed.
 */
export function opening(socket: Duplex, settled: () => void): () => void {
  let isSettled = false;
  const gone = (): void => void socket.destroy();
  const settle = (): void => {
    if (isSettled) return;
    isSettled = true;
    socket.off("end", gone).off("close", settle);
    settled();
  };
  // Both come though nobody reads: the first when nothing is left to read.
  socket.on("end", gone).on("close", settle);
  return settle;
}
