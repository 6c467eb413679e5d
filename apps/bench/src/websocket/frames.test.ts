import { describe, expect, it } from "vitest";
import { FrameReader, textFrame } from "./frames.js";

/** A frame as a server sends it. */
function serverFrame(first: number, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from([first, ...length]), bytes]);
}

function read(bytes: Buffer, pieceLength = bytes.length): { messages: string[]; pongs: Buffer[] } {
  const messages: string[] = [];
  const pongs: Buffer[] = [];
  const reader = new FrameReader({
    onMessage: (text) => messages.push(text.toString()),
    onPing: (pong) => pongs.push(pong),
  });
  for (let at = 0; at < bytes.length; at += pieceLength) reader.push(bytes.subarray(at, at + pieceLength));
  return { messages, pongs };
}

/** What a frame of a client says. */
function unmask(frame: Buffer): string {
  const at = (frame[1] ?? 0) === (0x80 | 126) ? 4 : 2;
  const mask = frame.subarray(at, at + 4);
  return Buffer.from(frame.subarray(at + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString();
}

const long = "x".repeat(300);

describe("textFrame", () => {
  it("is a whole, masked text message", () => {
    const frame = textFrame("hä");
    expect([...frame.subarray(0, 2)]).toEqual([0x81, 0x80 | 3]);
    expect(unmask(frame)).toBe("hä");
  });

  it("has two bytes for the length of what is longer than 125 bytes", () => {
    const frame = textFrame(long);
    expect([...frame.subarray(0, 4)]).toEqual([0x81, 0x80 | 126, 1, 44]);
    expect(unmask(frame)).toBe(long);
  });

  it("does not make longer ones", () => {
    expect(() => textFrame("x".repeat(65_536))).toThrow(RangeError);
  });
});

describe("FrameReader", () => {
  const frames = Buffer.concat(["a", long, "", "b".repeat(125)].map((text) => serverFrame(0x81, text)));

  it.each([frames.length, 1, 2, 3, 100])("reads messages that come in pieces of %d bytes", (length) => {
    expect(read(frames, length).messages).toEqual(["a", long, "", "b".repeat(125)]);
  });

  it("answers a ping with what it says", () => {
    const [pong = Buffer.alloc(0)] = read(serverFrame(0x89, "still there?")).pongs;
    expect(pong[0]).toBe(0x8a);
    expect(unmask(pong)).toBe("still there?");
  });

  it("tells why the server said goodbye", () => {
    const reason = Buffer.concat([Buffer.from([3, 240]), Buffer.from("policy")]);
    expect(() => read(serverFrame(0x88, reason.toString("latin1")))).toThrow("The server said goodbye");
    expect(() => read(Buffer.concat([Buffer.from([0x88, 8]), reason]))).toThrow("1008 policy");
    expect(() => read(serverFrame(0x88, ""))).toThrow("no reason");
  });

  it.each([
    ["a part of a message", serverFrame(0x01, "a")],
    ["a binary message", serverFrame(0x82, "a")],
    ["a masked message", textFrame("a")],
  ])("refuses %s", (_, bytes) => {
    expect(() => read(bytes)).toThrow("Expected a");
  });
});
