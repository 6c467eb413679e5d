import type {
  ClientConnection,
  ClientExchange,
  ClientTransport,
  JsonRpcMessage,
  MessageReceiver,
} from "@towpath/mcp-core";

/** Hears of what passes through a transport. */
export interface Recorder {
  sent(message: JsonRpcMessage): void;
  received(message: JsonRpcMessage): void;
  note(text: string, tone: "plain" | "bad"): void;
}

/** The same transport, of which every message is heard that goes out or comes in. */
export function recorded(transport: ClientTransport, recorder: Recorder): ClientTransport {
  const { name, reconnect, eras, mirrors } = transport;
  return {
    name,
    ...(reconnect !== undefined && { reconnect }),
    ...(eras !== undefined && { eras }),
    ...(mirrors !== undefined && { mirrors }),
    connect: async (receiver) => {
      const connection = await transport.connect(recordedReceiver(receiver, recorder));
      void connection.closed.then(({ kind, error }) => {
        if (kind === "lost") recorder.note(`Connection lost: ${error?.message ?? "no reason known"}`, "bad");
      });
      return recordedConnection(connection, recorder);
    },
  };
}

function recordedReceiver(receiver: MessageReceiver, recorder: Recorder): MessageReceiver {
  return {
    message: (message) => {
      recorder.received(message);
      receiver.message(message);
    },
    noise: (description) => {
      recorder.note(`Skipped: ${description}`, "bad");
      receiver.noise(description);
    },
  };
}

function recordedConnection(connection: ClientConnection, recorder: Recorder): ClientConnection {
  return {
    request: (message, mirrored) => {
      recorder.sent(message);
      return recordedExchange(connection.request(message, mirrored), recorder, message.method);
    },
    notify: (message) => {
      recorder.sent(message);
      return connection.notify(message);
    },
    answer: (message) => {
      recorder.sent(message);
      return connection.answer(message);
    },
    negotiated: (revision) => connection.negotiated(revision),
    closed: connection.closed,
    close: () => connection.close(),
  };
}

function recordedExchange(exchange: ClientExchange, recorder: Recorder, method: string): ClientExchange {
  const response = exchange.response.then(
    (message) => {
      recorder.received(message);
      return message;
    },
    (error: unknown) => {
      recorder.note(`${method}: ${error instanceof Error ? error.message : String(error)}`, "bad");
      throw error;
    },
  );
  // Whoever gave up on the exchange does not listen any more.
  response.catch(() => undefined);
  return {
    response,
    cancel: (reason) => {
      recorder.note(`Gave up ${method}: ${reason}`, "plain");
      exchange.cancel(reason);
    },
  };
}
