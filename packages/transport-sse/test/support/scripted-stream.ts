import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject, RequestId } from "@towpath/mcp-core/transport";

/** A GET for the event stream, to be answered as a test likes. */
export class ScriptedStream {
  readonly request: IncomingMessage;
  /** Settles when it has ended, from either side. */
  readonly over: Promise<void>;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.#response = response;
    this.over = new Promise((resolve) => response.once("close", resolve));
  }

  /** Begins it. */
  open(headers: Readonly<Record<string, string>> = {}): this {
    return this.begin(200, { "content-type": "text/event-stream", ...headers });
  }

  begin(status: number, headers: Readonly<Record<string, string>> = {}): this {
    this.#response.writeHead(status, headers).flushHeaders();
    return this;
  }

  body(status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#response.writeHead(status, headers).end(text);
  }

  /** Sends this as a chunk of its own. */
  write(piece: string | Uint8Array): this {
    this.#response.write(piece);
    return this;
  }

  /** Sends every byte as a chunk of its own. */
  bytes(text: string): this {
    for (const byte of Buffer.from(text)) this.write(Uint8Array.of(byte));
    return this;
  }

  endpoint(uri: string): this {
    return this.write(`event: endpoint\ndata: ${uri}\n\n`);
  }

  send(message: object): this {
    return this.write(eventText(message));
  }

  result(id: RequestId | undefined, result: JsonObject = {}): this {
    return this.send({ jsonrpc: "2.0", id, result });
  }

  /** Ends it as it should be. */
  end(): void {
    this.#response.end();
  }

  /** Ends its connection in the middle of it, behind what was sent. */
  cut(): void {
    this.#response.socket?.destroySoon();
  }
}

export const eventText = (message: object): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
