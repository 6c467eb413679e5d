import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { JsonObject } from "@towpath/mcp-core/transport";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import type { ScriptedStream } from "./scripted-stream.js";

/** A message that a client has posted, to be answered as a test likes. */
export class ScriptedPost {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly message: AnyMessage;
  /** Of its session. */
  readonly stream: ScriptedStream;
  /** Settles when there is nothing more to be said: answered to the end, or the client has gone. */
  readonly over: Promise<void>;
  readonly socket: Socket;
  readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, body: string, stream: ScriptedStream) {
    this.headers = request.headers;
    this.url = request.url ?? "";
    // A client of ours sent it.
    this.message = JSON.parse(body) as AnyMessage;
    this.stream = stream;
    this.socket = request.socket;
    this.response = response;
    this.over = new Promise((resolve) => response.once("close", resolve));
  }

  /** A method of MCP's, or an answer to a question. */
  get key(): string {
    return this.message.method ?? "answer";
  }

  /** Takes the message. */
  accept(): this {
    return this.answer(202, "Accepted");
  }

  answer(status: number, body = "", headers: Readonly<Record<string, string>> = {}): this {
    this.response.writeHead(status, headers).end(body);
    return this;
  }

  error(status: number, error: object, id: unknown = this.message.id): this {
    return this.answer(status, JSON.stringify({ jsonrpc: "2.0", id, error }));
  }

  /** Says on the stream what it asked for. */
  result(result: JsonObject = {}): this {
    this.stream.result(this.message.id, result);
    return this;
  }

  /** Ends the connection without an answer. */
  cut(): void {
    this.socket.destroy();
  }
}
