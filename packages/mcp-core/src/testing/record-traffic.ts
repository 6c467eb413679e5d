import type { ClientConnection, ClientTransport, MessageReceiver } from "../contract/index.js";
import type { Traffic } from "./traffic.js";

/** The same transport, with everything that passes over it recorded. */
export function recordTraffic(transport: ClientTransport, traffic: Traffic): ClientTransport {
  return {
    ...transport,
    connect: async (receiver) => {
      const connection = await transport.connect(recordReceived(receiver, traffic));
      return recordSent(connection, traffic);
    },
  };
}

function recordReceived(receiver: MessageReceiver, traffic: Traffic): MessageReceiver {
  return {
    message: (message) => {
      traffic.record("server", message);
      receiver.message(message);
    },
    noise: (description) => {
      receiver.noise(description);
    },
  };
}

function recordSent(connection: ClientConnection, traffic: Traffic): ClientConnection {
  return {
    closed: connection.closed,
    request: (message, mirrored) => {
      traffic.record("client", message);
      const exchange = connection.request(message, mirrored);
      const response = exchange.response.then((answer) => {
        traffic.record("server", answer);
        return answer;
      });
      return {
        response,
        cancel: (reason) => {
          const params = { requestId: message.id, reason };
          traffic.record("client", { jsonrpc: "2.0", method: "notifications/cancelled", params });
          exchange.cancel(reason);
        },
      };
    },
    notify: (message) => {
      traffic.record("client", message);
      return connection.notify(message);
    },
    answer: (message) => {
      traffic.record("client", message);
      return connection.answer(message);
    },
    negotiated: (revision) => {
      connection.negotiated(revision);
    },
    close: () => connection.close(),
  };
}
