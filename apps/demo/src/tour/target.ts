import type { ClientTransport, Era, JsonObject } from "@towpath/mcp-core";
import type { HttpNotebook } from "./http-notebook.js";

/** The program that serves the notebook. */
export interface ServerProgram {
  /** Absolute path of Node. */
  readonly node: string;
  /** Absolute path of the program. */
  readonly program: string;
}

/** A transport as the tour uses it. Each call starts a server of its own. */
export interface TourTarget {
  /** The name of the transport. */
  readonly name: string;
  /** What can be spoken over it. */
  readonly eras: readonly Era[];
  /** How a client reaches a server; `stderr` takes what that server writes there. */
  client(stderr: (text: string) => void): Reached;
  /** A connection without any client in between, for what no client would send. */
  raw(stderr: (text: string) => void): Promise<RawConnection>;
}

export interface Reached {
  /** Settles when the server can be connected to. */
  readonly transport: ClientTransport | Promise<ClientTransport>;
  /** Of a server that listens, and so does not end with its client. */
  readonly notebook?: HttpNotebook;
}

export interface RawConnection {
  /** Sends a text as one message, whatever it is. */
  send(text: string): void;
  /**
   * Settles with the next message of the server's.
   * @throws Error when the server ends, or sends something that is no JSON object
   */
  receive(): Promise<JsonObject>;
  /** Closes the connection, and settles when the server's process has exited. */
  close(): Promise<ServerEnd>;
  /** Ends the server at once, if it is still there. */
  abandon(): void;
}

export interface ServerEnd {
  /** What it was told to end by, in a few words. */
  readonly by: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Messages that came after the last one received. */
  readonly unread: number;
}
