import { RawConnection } from "@towpath/test-support/raw-connection.js";
import { closeFrame, firstFrame, frame, Opcode, type Frame, type FrameOptions } from "./frames.js";

/** What a client of this era's says with each request. */
export const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** The head of a request for a WebSocket; a header is left out with `undefined`. */
export function opening(
  headers: Readonly<Record<string, string | undefined>> = {},
  line = "GET /ws HTTP/1.1",
): string {
  const all: Readonly<Record<string, string | undefined>> = {
    host: "localhost",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    "sec-websocket-protocol": "mcp",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [line, ...lines, "", ""].join("\r\n");
}

/** A WebSocket on which a test says what it likes, byte by byte. Closed when its test has ended. */
export class RawWebSocket {
  readonly connection: RawConnection;
  /** Bytes of the server's that were looked at. */
  #read: number;

  private constructor(connection: RawConnection, read: number) {
    this.connection = connection;
    this.#read = read;
  }

  static async open(port: number, headers: Readonly<Record<string, string>> = {}): Promise<RawWebSocket> {
    const connection = await RawConnection.open(port);
    await connection.write(opening(headers)).until("\r\n\r\n");
    if (!connection.received.startsWith("HTTP/1.1 101 ")) throw new Error(connection.received);
    return new RawWebSocket(connection, connection.received.indexOf("\r\n\r\n") + 4);
  }

  frame(payload: string | Uint8Array, options?: FrameOptions): this {
    this.connection.write(frame(payload, options));
    return this;
  }

  /** Sends a message of JSON-RPC. */
  message(message: object): this {
    return this.frame(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  /** Sends a request of the stateless era. */
  request(id: number | string, method: string, params: object = {}): this {
    return this.message({ id, method, params: { ...params, _meta: META } });
  }

  /** Says goodbye. */
  close(code: number, reason?: string): this {
    this.connection.write(closeFrame(code, reason));
    return this;
  }

  /** The next frame. Rejects when the connection ends without one. */
  async next(): Promise<Frame> {
    const look = (received: string) => firstFrame(Buffer.from(received.slice(this.#read), "latin1"));
    const found = await this.connection.find(look, "a frame");
    this.#read += found.end;
    return found;
  }

  /** The next message. */
  async reply(): Promise<unknown> {
    const { opcode, payload } = await this.next();
    if (opcode !== Opcode.text) throw new Error(`Frame ${String(opcode)}: ${payload.toString("latin1")}`);
    return JSON.parse(payload.toString());
  }

  /** The code and the reason of the close frame that comes, behind whatever messages. */
  async closing(): Promise<readonly [code: number, reason: string]> {
    for (;;) {
      const { opcode, payload } = await this.next();
      if (opcode === Opcode.close) return [payload.readUInt16BE(0), payload.subarray(2).toString()];
    }
  }
}
