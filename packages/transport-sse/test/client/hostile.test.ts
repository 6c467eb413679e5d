import { gzipSync } from "node:zlib";
import { like } from "@towpath/test-support/like.js";
import { rawServer } from "@towpath/test-support/raw-server.js";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { INITIALIZED, ScriptedServer } from "../support/scripted-server.js";
import { eventText } from "../support/scripted-stream.js";

const DONE = { content: [{ type: "text", text: "done" }] };
const DEEP = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** What is no message, or none that anybody waits for. */
const NOISE = [
  "null",
  "17",
  '"text"',
  "{}",
  "{",
  "<h1>Hello</h1>",
  '{"jsonrpc":"1.0","id":99998,"result":{}}',
  '{"jsonrpc":"2.0","id":99998,"result":5}',
  '{"jsonrpc":"2.0","id":null,"result":{}}',
  '{"jsonrpc":"2.0","id":99998,"error":"no"}',
  '{"jsonrpc":"2.0","id":99999,"result":{}}',
  '{"jsonrpc":"2.0","id":"99998","result":{}}',
  '{"jsonrpc":"2.0","error":{"code":-32700,"message":"what?"}}',
  '{"jsonrpc":"2.0","method":5}',
  '{"jsonrpc":"2.0","method":"x","id":[]}',
  `{"jsonrpc":"2.0","id":99999,"result":{"deep":${DEEP}}}`,
  DEEP,
  '[{"jsonrpc":"2.0","id":99998,"result":{}}]',
];

describe.each(CONNECTORS)("over %s, a server that means no good", (_name, sse) => {
  it("with noise on the stream is heard out", async () => {
    const noise: string[] = [];
    const server = await ScriptedServer.start();
    const client = await connected(server.url, { sse, onNoise: (text) => noise.push(text) });
    server.on("tools/call", (post) => {
      for (const text of NOISE) post.stream.write(`event: message\ndata: ${text}\n\n`);
      post.accept().result(DONE).result(DONE);
    });
    expect(await client.callTool("play")).toEqual(DONE);
    server.on("tools/call", (post) => post.accept().result(DONE));
    await client.callTool("play");
    // The response that came twice is noise as well.
    expect(noise).toHaveLength(NOISE.length + 1);
    for (const text of noise) expect(text.length).toBeLessThan(300);
  });

  it.each(['"result":5', '"result":null', '"error":"no"', '"result":{},"error":null'])(
    "with an answer that is none, of %s, fails the call at once",
    async (rest) => {
      const server = await ScriptedServer.start();
      server.on("tools/call", (post) => {
        const id = JSON.stringify(post.message.id);
        post.accept().stream.write(`data: {"jsonrpc":"2.0","id":${id},${rest}}\n\n`);
      });
      const client = await connected(server.url, { sse });
      expect(await rejection(client.callTool("play"))).toMatchObject({ name: "UnreadableResponseError" });
    },
  );

  it.each(["data: ", "data: x\n", ": ", "event: "])(
    "with an event without an end, of %j, loses the connection",
    async (piece) => {
      const server = await ScriptedServer.start();
      const options = { ...sse, maxMessageBytes: 10_000, reconnect: false } as const;
      const client = await connected(server.url, { sse: options });
      const outcome = rejection(client.callTool("play"));
      const { stream } = await server.seen("tools/call");
      stream.write(piece.endsWith("\n") ? piece.repeat(10_000) : piece + "x".repeat(20_000));
      expect(await outcome).toMatchObject({
        name: "ConnectionLostError",
        mayHaveBeenDelivered: true,
        message: like("10000 characters"),
        cause: { name: "UnreadableResponseError" },
      });
      await stream.over;
    },
  );

  it("with any number of comments, events of other names and empty ones is waited for", async () => {
    const server = await ScriptedServer.start();
    server.on("tools/call", (post) => {
      post.stream.write(
        ": comment\n\nevent: other\ndata: {}\n\ndata:\n\nid: \nretry: x\n\n\n\n".repeat(10_000),
      );
      post.accept().result(DONE);
    });
    const client = await connected(server.url, { sse: { ...sse, maxMessageBytes: 1_000 } });
    expect(await client.callTool("play")).toEqual(DONE);
  });

  it("with a batch fails its calls, unless the revision has batches", async () => {
    const server = await ScriptedServer.start();
    const batch = (id: unknown): string =>
      `data: ${JSON.stringify([{ jsonrpc: "2.0", id, result: DONE }])}\n\n`;
    server.on("tools/call", (post) => post.accept().stream.write(batch(post.message.id)));
    const older = await connected(server.url, { sse });
    expect(await rejection(older.callTool("play"))).toMatchObject({ message: like("2025-03-26") });
    server.on("initialize", (post) =>
      post.accept().result({ ...INITIALIZED, protocolVersion: "2025-03-26" }),
    );
    const newer = await connected(server.url, { sse });
    expect(await newer.callTool("play")).toEqual(DONE);
  });

  it("that asks without end before the client has said anything is not kept in mind", async () => {
    const noise: string[] = [];
    const ask = eventText({ jsonrpc: "2.0", method: "notifications/x" });
    const server = await ScriptedServer.start((stream) =>
      stream.open().write(`event: endpoint\ndata: /m\n\n${ask.repeat(500)}`),
    );
    await connected(server.url, { sse, onNoise: (text) => noise.push(text) });
    expect(noise.length).toBeLessThanOrEqual(400);
    for (const text of noise) expect(text).toMatch("before the client has sent any");
  });

  it("that says something else than HTTP fails connecting", async () => {
    const { url } = await rawServer((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await rejection(connected(url, { sse }))).toMatchObject({ name: "ConnectionLostError" });
  });

  it("that compresses the stream is read, or refused in words", async () => {
    const server = await ScriptedServer.start((stream) =>
      stream
        .begin(200, { "content-type": "text/event-stream", "content-encoding": "gzip" })
        .write(gzipSync("event: endpoint\ndata: /m\n\n"))
        .end(),
    );
    const outcome = await rejection(connected(server.url, { sse }));
    expect(outcome).toMatchObject({ name: "ConnectionLostError" });
    if (!("fetch" in sse)) expect(outcome).toMatchObject({ message: like("compressed") });
  });
});

describe.each(CONNECTORS)("over %s, a stream that is cut behind any of its bytes", (_name, sse) => {
  const greeting = `event: endpoint\ndata: /m\n\n`;
  const initialized = (id: unknown): string => eventText({ jsonrpc: "2.0", id, result: INITIALIZED });
  const response = (id: unknown): string =>
    `: Grüße\n\n${eventText({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "Grüße" }] } })}`;

  it("fails connecting before the endpoint is there", async () => {
    for (let length = 0; length < greeting.length; length += 1) {
      const server = await ScriptedServer.start((stream) => {
        stream.open();
        if (length > 0) stream.write(greeting.slice(0, length));
        stream.cut();
      });
      const outcome = await rejection(connected(server.url, { sse }));
      expect([length, outcome]).toMatchObject([length, { name: "ConnectionLostError" }]);
      await server.stop();
    }
  });

  it(
    "brings the answer if it was whole, and fails the call at once if not",
    { timeout: 120_000 },
    async () => {
      const server = await ScriptedServer.start();
      server.on("initialize", (post) => post.accept().stream.write(initialized(post.message.id)));
      const whole = Buffer.byteLength(response(2));
      for (let length = 0; length <= whole; length += 1) {
        server.on("tools/call", (post) => {
          const bytes = Buffer.from(response(post.message.id));
          const left = whole - length;
          if (left < bytes.length) post.stream.write(bytes.subarray(0, bytes.length - left));
          post.accept();
          post.stream.cut();
        });
        const client = await connected(server.url, { sse: { ...sse, reconnect: false } });
        const outcome = await client.callTool("play").then(({ content }) => content, String);
        const last = length === whole;
        expect([length, outcome]).toEqual([
          length,
          last ? [{ type: "text", text: "Grüße" }] : like(/^ConnectionLostError: /),
        ]);
        await client.close();
      }
    },
  );
});
