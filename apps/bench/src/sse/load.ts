import { checkAnswers } from "../answers.js";
import { type Connection, withConnections } from "../http/connection.js";
import { CallPool } from "../requests.js";
import { calls, poolSize } from "./requests.js";
import type { EventStream } from "./stream.js";

/** How a server is called. */
export interface SseLoad {
  /** Of all sessions together; each has the same share of them. */
  readonly inFlight: number;
  /** Not counted: connections are new, and caches belong to whoever was measured before. */
  readonly leadMs: number;
  readonly durationMs: number;
}

/** A session, and the requests to be posted in it. */
export interface CalledSession {
  readonly stream: EventStream;
  readonly requests: readonly Buffer[];
}

/** Encodes the calls of a session. */
export const calledSession = (port: number, stream: EventStream): CalledSession => ({
  stream,
  requests: calls(port, stream.endpoint),
});

interface Progress {
  readonly goesOn: (now: number) => boolean;
  readonly onAnswer: (now: number) => void;
}

/**
 * Keeps a call in flight for each of these connections: it is over once it was accepted there, and answered on the stream.
 *
 * @throws Error when a call was not accepted, or not answered once and rightly.
 */
async function drive(
  { stream, requests }: CalledSession,
  connections: readonly Connection[],
  { goesOn, onAnswer }: Progress,
): Promise<void> {
  const free = [...connections];
  const answers: string[] = [];
  let sent = 0;
  await new Promise<void>((resolve, reject) => {
    const next = (now: number): void => {
      const more = goesOn(now);
      while (more && free.length > 0 && sent - answers.length < connections.length) {
        const request = requests[sent++ % requests.length];
        if (request !== undefined) free.pop()?.send(request);
      }
      if (!more && free.length === connections.length && answers.length >= sent) resolve();
    };
    for (const connection of connections) {
      const onResponse = ({ status }: { readonly status: number }): void => {
        if (status !== 202) reject(new Error(`Expected status 202 to a call, got ${status}.`));
        free.push(connection);
        next(performance.now());
      };
      connection.listen({ onResponse, onFailure: reject });
    }
    const onMessage = (json: string): void => {
      // The server may have something to say, or to ask.
      if (json.includes('"method":')) return;
      answers.push(json);
      const now = performance.now();
      onAnswer(now);
      next(now);
    };
    stream.listen({ onMessage, onFailure: reject });
    next(performance.now());
  }).finally(() => stream.listen(undefined));
  checkAnswers(answers, sent, poolSize, (id) => CallPool.answerTo(id));
}

/**
 * Calls a server for a while, in all of these sessions at once. Each call in flight has a connection to be posted on.
 *
 * @returns answers per second.
 * @throws Error when a call was not accepted, or not answered once and rightly.
 */
export async function callsPerSecond(
  port: number,
  sessions: readonly CalledSession[],
  { inFlight, leadMs, durationMs }: SseLoad,
): Promise<number> {
  const share = Math.floor(inFlight / sessions.length);
  return withConnections(port, share * sessions.length, async (connections) => {
    const from = performance.now() + leadMs;
    const until = from + durationMs;
    let counted = 0;
    let end = from;
    const progress: Progress = {
      goesOn: (now) => now < until,
      onAnswer: (now) => {
        if (now < from) return;
        counted++;
        end = now;
      },
    };
    const driven = sessions.map((session, index) =>
      drive(session, connections.slice(index * share, (index + 1) * share), progress),
    );
    await Promise.all(driven);
    return (counted * 1000) / (end - from);
  });
}
