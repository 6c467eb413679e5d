import { once } from "node:events";
import type { JsonObject } from "@towpath/mcp-core";
import { WebSocket } from "ws";
import { HttpNotebook } from "./http-notebook.js";
import { Inbox } from "./inbox.js";
import type { RawConnection, ServerEnd, ServerProgram } from "./target.js";

/** A server's process, and the text messages that go in and out of it. */
export async function startRawWebSocket(
  server: ServerProgram,
  stderr: (text: string) => void,
): Promise<RawConnection> {
  const notebook = new HttpNotebook(server, stderr);
  const socket = new WebSocket(await notebook.url("websocket"), "mcp");
  await once(socket, "open");
  return new RawWebSocket(notebook, socket);
}

class RawWebSocket implements RawConnection {
  readonly #notebook: HttpNotebook;
  readonly #socket: WebSocket;
  readonly #inbox = new Inbox();

  constructor(notebook: HttpNotebook, socket: WebSocket) {
    this.#notebook = notebook;
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#inbox.add(data.toString()));
    socket.on("error", () => undefined); // it is closed next
    socket.on("close", (code) => {
      this.#inbox.end(new Error(`The server has closed the WebSocket with code ${String(code)}`));
    });
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  receive(): Promise<JsonObject> {
    return this.#inbox.next();
  }

  async close(): Promise<ServerEnd> {
    const end = await this.#notebook.end();
    return { ...end, unread: this.#inbox.unread };
  }

  abandon(): void {
    this.#notebook.abandon();
  }
}
