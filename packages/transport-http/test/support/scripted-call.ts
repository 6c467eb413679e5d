import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { JsonObject } from "@towpath/mcp-core/transport";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import { ScriptedStream } from "./scripted-stream.js";

export type ExtraHeaders = Readonly<Record<string, string>>;

/** One HTTP request that a client made, to be answered as a test likes. */
export class ScriptedCall {
  readonly headers: IncomingHttpHeaders;
  /** As it was posted; empty without a body. */
  readonly message: AnyMessage;
  /** Settles when there is nothing more to be said: answered to the end, or the client has gone. */
  readonly over: Promise<void>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, body: string) {
    this.#request = request;
    this.#response = response;
    this.headers = request.headers;
    // A client of ours sent it.
    this.message = body === "" ? {} : (JSON.parse(body) as AnyMessage);
    this.over = new Promise((resolve) => response.once("close", resolve));
  }

  /** What it asks for: a method of MCP's, an answer to a question, or a method of HTTP's. */
  get key(): string {
    const { method = "" } = this.#request;
    if (method !== "POST") return method;
    return this.message.method ?? "answer";
  }

  get lastEventId(): string | undefined {
    // Node gives it once.
    return this.headers["last-event-id"] as string | undefined;
  }

  get session(): string | undefined {
    // Node gives it once.
    return this.headers["mcp-session-id"] as string | undefined;
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  result(result: JsonObject = {}, headers: ExtraHeaders = {}): void {
    this.json({ jsonrpc: "2.0", id: this.message.id, result }, 200, headers);
  }

  error(code: number, message: string, status = 200, data?: JsonObject): void {
    this.json({ jsonrpc: "2.0", id: this.message.id, error: { code, message, data } }, status);
  }

  json(value: object, status = 200, headers: ExtraHeaders = {}): void {
    this.body(JSON.stringify(value), status, { "content-type": "application/json", ...headers });
  }

  body(text: string, status = 200, headers: ExtraHeaders = {}): void {
    this.#response.writeHead(status, headers).end(text);
  }

  status(status: number, headers: ExtraHeaders = {}): void {
    this.#response.writeHead(status, headers).end();
  }

  /** The beginning of an answer that goes on until the client has had enough. */
  begin(status: number, headers: ExtraHeaders = {}): ScriptedStream {
    this.#response.writeHead(status, headers).flushHeaders();
    return new ScriptedStream(this.#response, this.message.id);
  }

  stream(headers: ExtraHeaders = {}): ScriptedStream {
    return this.begin(200, { "content-type": "text/event-stream", ...headers });
  }

  /** Ends the connection without an answer. */
  cut(): void {
    this.socket.destroy();
  }
}
