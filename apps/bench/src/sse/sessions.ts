import { type Connection, withConnections } from "../http/connection.js";
import { encodeMessage, initializedMessage, initializeMessage, newestRevision } from "../requests.js";
import { post } from "./requests.js";
import { EventStream } from "./stream.js";

/** So many are opened at a time. */
const atOnce = 64;

const initialize = encodeMessage(initializeMessage(newestRevision.handshake));
const initialized = encodeMessage(initializedMessage);

async function tell(connection: Connection, request: Buffer): Promise<void> {
  const { status } = await connection.ask(request);
  if (status !== 202) throw new Error(`Expected status 202 to a message, got ${status}.`);
}

/** Resolves to the message that answers the request which opens a session; others may come before it. */
async function answerToOpening(stream: EventStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const onMessage = (json: string): void => {
      if (json.includes('"id":"open"')) resolve(json);
    };
    stream.listen({ onMessage, onFailure: reject });
  });
}

async function openSession(connection: Connection, port: number): Promise<EventStream> {
  const stream = await EventStream.open(port);
  try {
    const answer = answerToOpening(stream);
    const [message] = await Promise.all([answer, tell(connection, post(port, stream.endpoint, initialize))]);
    if (!message.includes('"result"')) throw new Error(`Expected a session, got ${message.slice(0, 200)}`);
    await tell(connection, post(port, stream.endpoint, initialized));
    stream.listen(undefined);
    return stream;
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** Sessions of one server that are open, each with its stream. */
export class Sessions {
  readonly port: number;
  readonly #streams: EventStream[] = [];

  constructor(port: number) {
    this.port = port;
  }

  get streams(): readonly EventStream[] {
    return this.#streams;
  }

  /**
   * Opens so many more, each with its two requests. They are posted over connections that are closed at the end.
   *
   * @throws Error when the server does not open one.
   */
  async open(count: number): Promise<void> {
    let begun = 0;
    await withConnections(this.port, Math.min(atOnce, count), async (connections) => {
      const opened = connections.map(async (connection) => {
        while (begun++ < count) this.#streams.push(await openSession(connection, this.port));
      });
      // Nobody opens one any more once this has failed.
      const results = await Promise.allSettled(opened);
      for (const result of results) if (result.status === "rejected") throw result.reason;
    });
  }

  /** @throws Error when one of them is not open any more. */
  check(): void {
    const failed = this.#streams.find(({ failure }) => failure !== undefined);
    if (failed?.failure !== undefined) throw failed.failure;
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }
}
