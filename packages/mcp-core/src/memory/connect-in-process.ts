import type { ClientConnection, Dispatcher, MessageReceiver } from "../contract/index.js";
import { encode } from "../jsonrpc/encode.js";
import { jsonCopy } from "./json-copy.js";
import { DuplexClientConnection } from "../transport/client-connection.js";
import { ServerConnection } from "../transport/server-connection.js";

let opened = 0;

/** Both ends of a connection that leads nowhere else. */
export function connectInProcess(dispatcher: Dispatcher, receiver: MessageReceiver): ClientConnection {
  const server = new ServerConnection({
    dispatcher,
    peer: { id: `memory-${String(++opened)}`, transport: "memory" },
    send: (message) => {
      client.receive(encode(message));
    },
    onUnread: () => undefined, // what is sent is read at once
  });
  const client: DuplexClientConnection = new DuplexClientConnection({
    receiver,
    send: (message) => {
      const copy = jsonCopy(message);
      queueMicrotask(() => {
        server.receiveValue(copy);
      });
    },
    close: () => {
      server.close({ kind: "closed" });
      client.ended({ kind: "closed" });
      return Promise.resolve();
    },
  });
  return client;
}
