import { McpClient } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { webSocketClient } from "../../src/index.js";
import { frame, Opcode } from "../support/frames.js";
import { rawAccepting, type RawEnd } from "../support/raw-accepting.js";
import { connected } from "../support/start.js";

// These servers take no goodbye.
const HASTY = { reconnect: false, closeTimeoutMs: 50 } as const;

const RESULT = { resultType: "complete", content: [{ type: "text", text: "é€😀" }] };
const answer = (id: unknown): string => JSON.stringify({ jsonrpc: "2.0", id, result: RESULT });

describe("an answer arrives", () => {
  it.each<[string, (id: unknown, end: RawEnd) => Promise<void> | void]>([
    [
      "in packets of one byte each",
      async (id, { socket }) => {
        socket.setNoDelay(true);
        for (const byte of frame(answer(id), { masked: false })) {
          socket.write(Buffer.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    ],
    [
      "in frames of one byte each, with pings between them",
      (id, end) => {
        const bytes = Buffer.from(answer(id));
        bytes.forEach((byte, index) => {
          const opcode = index === 0 ? Opcode.text : Opcode.continuation;
          end.frame(Buffer.of(byte), { opcode, fin: index === bytes.length - 1 });
          end.frame("", { opcode: Opcode.ping });
        });
      },
    ],
    [
      "behind much that is none",
      (id, end) => {
        for (const noise of ["", "null", "[]", "{}", "hello", '{"jsonrpc":"2.0","id":999,"result":{}}'])
          end.frame(noise);
        end.frame("", { opcode: Opcode.pong });
        end.frame(answer(id));
      },
    ],
    ["twice", (id, end) => [1, 2].forEach(() => end.frame(answer(id)))],
    [
      "right before the server ends the connection",
      (id, { socket }) => {
        socket.end(
          Buffer.concat([frame(answer(id), { masked: false }), frame("", { opcode: 8, masked: false })]),
        );
      },
    ],
  ])("%s", async (_, says) => {
    const url = await rawAccepting(({ id, method }, end) => {
      if (method === "tools/call") void says(id, end);
    });
    const client = await connected(url, {}, HASTY);
    expect(await client.callTool("any")).toMatchObject({ content: RESULT.content });
  });
});

describe("a call fails at once when the server", () => {
  it.each<[string, RegExp, (end: RawEnd) => void]>([
    ["masks what it sends", /MASK must be clear/, (end) => end.frame("{}", { masked: true })],
    ["compresses unasked", /RSV1 must be clear/, (end) => end.frame("{}", { reserved: 0x40 })],
    ["sends text that is not UTF-8", /invalid UTF-8/, (end) => end.frame(Buffer.of(0xff))],
    ["sends what is no WebSocket", /./, ({ socket }) => void socket.write("HTTP/1.1 200 OK\r\n\r\n")],
    [
      "names a length beyond all bounds",
      /more than 67108864 bytes/,
      (end) => end.frame("", { length: 2 ** 40 }),
    ],
    ["ends its side and says no word", /code 1006/, ({ socket }) => void socket.end()],
    ["resets the connection", /./, ({ socket }) => void socket.resetAndDestroy()],
    [
      "says goodbye, and then does not end the connection",
      /code 1001/,
      ({ socket }) => void socket.write(plain(1001)),
    ],
    [
      "says goodbye with a code that there is not",
      /invalid status code/,
      ({ socket }) => void socket.write(plain(999)),
    ],
    ["floods with pings, and reads none of the pongs", /./, flood],
  ])("%s", async (_, message, does) => {
    const url = await rawAccepting(({ method }, end) => {
      if (method === "tools/call") does(end);
    });
    const client = await connected(url, {}, HASTY);
    const failed: unknown = await client.callTool("any").catch((error: unknown) => error);
    expect(failed).toMatchObject({
      name: "ConnectionLostError",
      message: expect.stringMatching(message) as unknown,
    });
    await client.close();
  });
});

/** A close frame as a server sends it. */
function plain(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(payload, { opcode: Opcode.close, masked: false });
}

function flood({ socket }: RawEnd): void {
  socket.pause();
  const pings = Buffer.concat(
    Array.from({ length: 1_000 }, () => frame("x".repeat(125), { opcode: Opcode.ping, masked: false })),
  );
  const more = (): void => {
    while (socket.writable && socket.write(pings));
  };
  socket.on("drain", more);
  more();
}

describe("connecting", () => {
  it("takes a message that comes in one packet with the answer", async () => {
    const noise: string[] = [];
    const url = await rawAccepting(() => undefined, { behind: frame("early", { masked: false }) });
    await connected(url, { onNoise: (description) => noise.push(description) }, HASTY);
    expect(noise).toEqual(["not JSON: early"]);
  });

  it("fails at once when the server says goodbye in the same packet", async () => {
    const url = await rawAccepting(() => undefined, { behind: plain(1008) });
    await expect(McpClient.connect(webSocketClient(url, HASTY))).rejects.toThrow(/being closed/);
  });

  it.each([
    ["an extension that was not asked for", ["Sec-WebSocket-Extensions: permessage-deflate"], /extension/i],
    ["headers without an end", [`X-Long: ${"x".repeat(100_000)}`], /longer than \d+ bytes/],
  ])("fails for %s", async (_, headers, message) => {
    const url = await rawAccepting(() => undefined, { headers });
    await expect(McpClient.connect(webSocketClient(url))).rejects.toThrow(message);
  });
});
