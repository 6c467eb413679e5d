import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { rawServer } from "@towpath/test-support/raw-server.js";
import { firstFrame, frame, Opcode, type FrameOptions } from "./frames.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A server's end of a WebSocket, which says what it likes, byte by byte. */
export interface RawEnd {
  readonly socket: Socket;
  /** Sends a frame, without a mask unless told otherwise. */
  frame(payload: string | Uint8Array, options?: FrameOptions): void;
  message(message: object): void;
}

const DISCOVERED = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: "private",
};

export interface Accepting {
  /** Besides those that an answer has to have. */
  readonly headers?: readonly string[];
  /** What is sent in one packet with the answer. */
  readonly behind?: Uint8Array;
}

/**
 * Accepts every WebSocket, answers `server/discover`, and leaves other messages to the test; only those that come in one
 * packet. Gives the URL.
 */
export async function rawAccepting(
  asked: (message: { readonly id?: number | string; readonly method?: string }, end: RawEnd) => void,
  { headers = [], behind = new Uint8Array() }: Accepting = {},
): Promise<string> {
  const { url } = await rawServer((socket, text) => {
    const key = /^sec-websocket-key: (\S+)/im.exec(text)?.[1];
    if (key !== undefined) {
      const accept = createHash("sha1")
        .update(key + GUID)
        .digest("base64");
      const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
      const head = ["HTTP/1.1 101 OK", ...lines, "Sec-WebSocket-Protocol: mcp", ...headers, "", ""].join(
        "\r\n",
      );
      socket.write(Buffer.concat([Buffer.from(head), behind]));
      return;
    }
    const end: RawEnd = {
      socket,
      frame: (payload, options) => socket.write(frame(payload, { masked: false, ...options })),
      message: (message) => end.frame(JSON.stringify({ jsonrpc: "2.0", ...message })),
    };
    for (const message of messagesIn(Buffer.from(text, "latin1"))) {
      if (message.method === "server/discover") end.message({ id: message.id, result: DISCOVERED });
      else asked(message, end);
    }
  });
  return url;
}

interface Asked {
  readonly id?: number | string;
  readonly method?: string;
}

/** Of the text frames of a client's. */
function messagesIn(bytes: Buffer): Asked[] {
  const messages: Asked[] = [];
  for (let found = firstFrame(bytes); found !== undefined; found = firstFrame(bytes)) {
    // Our client sent it.
    if (found.opcode === Opcode.text) messages.push(JSON.parse(found.payload.toString()) as Asked);
    bytes = bytes.subarray(found.end);
  }
  return messages;
}
