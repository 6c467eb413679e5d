/** Frames as they go over the wire (RFC 6455, section 5.2), for those who make them wrong on purpose. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** A client has to mask what it sends. */
  readonly masked?: boolean;
  /** What it says of its length, where that is not true. */
  readonly length?: number;
  /** RSV1 to RSV3, as bits 0x40 to 0x10. */
  readonly reserved?: number;
}

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

export function frame(payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = Opcode.text, fin = true, masked = true, reserved = 0 } = options;
  const content = Buffer.from(payload);
  const length = options.length ?? content.length;
  const head = [(fin ? 0x80 : 0) | reserved | opcode];
  const bit = masked ? 0x80 : 0;
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  if (length < 126) head.push(bit | length);
  else if (length < 65_536) head.push(bit | 126, ...long.subarray(6));
  else head.push(bit | 127, ...long);
  if (!masked) return Buffer.concat([Buffer.from(head), content]);
  const hidden = content.map((byte, index) => byte ^ (MASK[index % 4] ?? 0));
  return Buffer.concat([Buffer.from(head), MASK, hidden]);
}

export function closeFrame(code: number, reason = ""): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(payload, { opcode: Opcode.close });
}

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The first frame of either side's, and where it ends; nothing while some of it is missing. */
export function firstFrame(bytes: Buffer): (Frame & { readonly end: number }) | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
  const mask = second > 0x7f ? 4 : 0;
  const start = 2 + wide + mask;
  if (bytes.length < start) return undefined;
  const end = start + (wide === 0 ? short : bytes.readUIntBE(wide === 8 ? 4 : 2, wide === 8 ? 6 : 2));
  if (bytes.length < end) return undefined;
  const key = bytes.subarray(start - mask, start);
  const payload = bytes.subarray(start, end).map((byte, index) => byte ^ (key[index % 4] ?? 0));
  return { opcode: first & 0x0f, payload: Buffer.from(payload), end };
}
