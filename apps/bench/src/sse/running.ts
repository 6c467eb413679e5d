import { withConnections } from "../http/connection.js";
import type { HttpServerProcess } from "../http/server.js";
import { type CalledSession, calledSession, callsPerSecond, type SseLoad } from "./load.js";
import { Sessions } from "./sessions.js";

/** A run is no longer than this: all its answers are kept, to be checked. */
const runMs = 1_000;

/** A server over HTTP+SSE, and its sessions. */
export class RunningSse {
  readonly #server: HttpServerProcess;
  readonly #sessions: Sessions;
  #called: readonly CalledSession[] = [];

  constructor(server: HttpServerProcess) {
    this.#server = server;
    this.#sessions = new Sessions(server.port);
  }

  /** Opens so many sessions, and encodes what is called in them. */
  async open(count: number): Promise<void> {
    await this.#sessions.open(count);
    this.#called = this.#sessions.streams.map((stream) => calledSession(this.#server.port, stream));
  }

  async warmUp(inFlight: number, durationMs: number): Promise<void> {
    for (let gone = 0; gone < durationMs; gone += runMs) {
      await callsPerSecond(this.#server.port, this.#called, { inFlight, leadMs: 0, durationMs: runMs });
    }
  }

  /** Answers per second, with the calls made in so many of the sessions. */
  async rate(sessions: number, load: SseLoad): Promise<number> {
    return callsPerSecond(this.#server.port, this.#called.slice(0, sessions), load);
  }

  /** The message that answers the first call. */
  async firstAnswer(): Promise<string> {
    const [session] = this.#called;
    const request = session?.requests[0];
    if (session === undefined || request === undefined) throw new Error("There is nothing to send.");
    return withConnections(this.#server.port, 1, async ([connection]) => {
      const answered = new Promise<string>((resolve, reject) => {
        session.stream.listen({ onMessage: resolve, onFailure: reject });
      });
      await connection?.ask(request);
      return answered.finally(() => session.stream.listen(undefined));
    });
  }

  async close(): Promise<void> {
    this.#sessions.close();
    await this.#server.close();
  }
}
