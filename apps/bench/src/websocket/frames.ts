const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const whole = 0x80;
const masked = 0x80;
/** Whoever sends a frame may choose it. */
const mask = Buffer.from([0x5a, 0xc3, 0x99, 0x1e]);
const shortest = 126;
const longest = 65_536;

function frame(opcode: number, payload: Buffer): Buffer {
  if (payload.length >= longest) throw new RangeError("The bench has no use for longer frames.");
  const length =
    payload.length < shortest
      ? [masked | payload.length]
      : [masked | shortest, payload.length >> 8, payload.length & 0xff];
  // Each index has a byte of the mask.
  const hidden = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([whole | opcode, ...length]), mask, hidden]);
}

/** A message, as a client sends it. */
export const textFrame = (text: string): Buffer => frame(opcodes.text, Buffer.from(text));

/** Who is told of the frames of a server. */
export interface FrameListener {
  /** The bytes hold until this returns. */
  readonly onMessage: (text: Buffer) => void;
  /** The frame that answers a ping. */
  readonly onPing: (pong: Buffer) => void;
}

interface Header {
  readonly start: number;
  readonly end: number;
}

/** Where the payload of the frame at `at` is; nothing while its header has not come whole. */
function payloadAt(bytes: Buffer, at: number): Header | undefined {
  const short = bytes[at + 1];
  if (short === undefined) return undefined;
  if (short < shortest) return { start: at + 2, end: at + 2 + short };
  if (short > shortest) throw new Error(`Expected a short frame that is not masked, got ${short}.`);
  if (bytes.length < at + 4) return undefined;
  return { start: at + 4, end: at + 4 + bytes.readUInt16BE(at + 2) };
}

/** Reads what a server sends, in frames that hold a message each, and whose length has two bytes at most. */
export class FrameReader {
  readonly #listener: FrameListener;
  #pending: Buffer | undefined;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** @throws Error for any other frame, and for one that ends the connection. */
  push(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    for (let payload = payloadAt(bytes, at); payload !== undefined; payload = payloadAt(bytes, at)) {
      if (payload.end > bytes.length) break;
      this.#take(bytes[at] ?? 0, bytes.subarray(payload.start, payload.end));
      at = payload.end;
    }
    this.#pending = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }

  #take(first: number, payload: Buffer): void {
    if (first === (whole | opcodes.text)) this.#listener.onMessage(payload);
    else if (first === (whole | opcodes.ping)) this.#listener.onPing(frame(opcodes.pong, payload));
    else if (first === (whole | opcodes.close))
      throw new Error(`The server said goodbye: ${reasonIn(payload)}`);
    else throw new Error(`Expected a whole message, got a frame that begins with ${first}.`);
  }
}

const reasonIn = (payload: Buffer): string =>
  payload.length < 2 ? "no reason" : `${payload.readUInt16BE(0)} ${payload.toString("utf8", 2)}`;
