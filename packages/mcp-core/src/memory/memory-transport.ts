import type { ClientConnection, ClientTransport, Dispatcher, MessageReceiver } from "../contract/index.js";
import { encode } from "../jsonrpc/encode.js";
import { jsonCopy } from "./json-copy.js";
import { DuplexClientConnection } from "../transport/client-connection.js";
import { ServerConnection } from "../transport/server-connection.js";

let opened = 0;

/**
 * Connects a client to a server in the same process. Messages pass by value, as they would anywhere else:
 * what JSON cannot carry shows here, and neither side can change what the other holds.
 */
export function memoryTransport(dispatcher: Dispatcher): ClientTransport {
  return { name: "memory", connect: (receiver) => Promise.resolve(connectPair(dispatcher, receiver)) };
}

function connectPair(dispatcher: Dispatcher, receiver: MessageReceiver): ClientConnection {
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
