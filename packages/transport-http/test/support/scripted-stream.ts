import type { ServerResponse } from "node:http";
import type { JsonObject, RequestId } from "@towpath/mcp-core/transport";

export interface EventStart {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: number;
}

/** The text of an event with a message. */
export function eventText(message: object | undefined, { id, event, retry }: EventStart = {}): string {
  const lines = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(retry === undefined ? [] : [`retry: ${String(retry)}`]),
    `data: ${message === undefined ? "" : JSON.stringify(message)}`,
  ];
  return `${lines.join("\n")}\n\n`;
}

/** A body that a test sends piece by piece. */
export class ScriptedStream {
  readonly #response: ServerResponse;
  readonly #requestId: RequestId | undefined;

  constructor(response: ServerResponse, requestId: RequestId | undefined) {
    this.#response = response;
    this.#requestId = requestId;
  }

  /** Sends this as a chunk of its own. */
  write(piece: string | Uint8Array): this {
    if (piece.length > 0) this.#response.write(piece);
    return this;
  }

  /** Sends every byte as a chunk of its own. */
  bytes(text: string): this {
    for (const byte of Buffer.from(text)) this.write(Uint8Array.of(byte));
    return this;
  }

  send(message: object, start: EventStart = {}): this {
    return this.write(eventText(message, start));
  }

  /** Only says where to come back, and when. */
  prime(start: EventStart): this {
    return this.write(eventText(undefined, start));
  }

  progress(progress: number, start: EventStart = {}, progressToken = this.#requestId): this {
    const params = { progressToken, progress };
    return this.send({ jsonrpc: "2.0", method: "notifications/progress", params }, start);
  }

  result(result: JsonObject = {}, start: EventStart = {}, id = this.#requestId): this {
    return this.send({ jsonrpc: "2.0", id, result }, start);
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
