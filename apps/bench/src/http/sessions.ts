import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeMessage, initializedMessage, initializeMessage } from "../requests.js";
import { type Connection, withConnections } from "./connection.js";
import { messageOf } from "./events.js";
import { getStream, post, type Target } from "./requests.js";
import { headerOf } from "./response-reader.js";

const connectionsToOpen = 16;
/** So many streams are asked for before the first of them has begun. */
const streamsAtOnce = 64;

async function openSession(connection: Connection, target: Target): Promise<string> {
  const opened = await connection.ask(post(target, encodeMessage(initializeMessage(target.revision))));
  const message = messageOf(opened);
  const session = headerOf(opened, "mcp-session-id");
  if (!message.includes('"result"') || session === undefined) {
    throw new Error(`Expected a session, got ${opened.head} ${message}`.slice(0, 300));
  }
  const { status } = await connection.ask(post({ ...target, session }, encodeMessage(initializedMessage)));
  if (status !== 202) throw new Error(`Expected status 202 to a notification, got ${status}.`);
  return session;
}

/** Opens so many sessions, several at a time, each with its two requests. */
export async function openSessions(target: Target, count: number): Promise<readonly string[]> {
  const sessions: string[] = [];
  let begun = 0;
  await withConnections(target.port, Math.min(connectionsToOpen, count), (connections) =>
    Promise.all(
      connections.map(async (connection) => {
        while (begun++ < count) sessions.push(await openSession(connection, target));
      }),
    ),
  );
  return sessions;
}

/** Asks for the stream of a session, and resolves once it has begun. It stays open. */
async function openStream(target: Target): Promise<Socket> {
  const socket = connect(target.port, "127.0.0.1");
  socket.write(getStream(target));
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    // A socket gives what its listeners are told of.
    const [chunk] = (await once(socket, "data")) as [Buffer];
    head += chunk.toString("latin1");
  }
  if (!head.startsWith("HTTP/1.1 200 ")) {
    socket.destroy();
    throw new Error(`Expected a stream, got ${head.slice(0, 300)}`);
  }
  return socket;
}

/** Runs `use` while each of these sessions has its stream open. */
export async function withStreams<T>(
  target: Target,
  sessions: readonly string[],
  use: () => Promise<T>,
): Promise<T> {
  const sockets: Socket[] = [];
  try {
    for (let at = 0; at < sessions.length; at += streamsAtOnce) {
      const some = sessions.slice(at, at + streamsAtOnce);
      sockets.push(...(await Promise.all(some.map((session) => openStream({ ...target, session })))));
    }
    const before = sockets.filter(({ destroyed }) => destroyed).length;
    if (before > 0) throw new Error(`${before} streams were closed by the server.`);
    return await use();
  } finally {
    for (const socket of sockets) socket.resetAndDestroy();
  }
}
