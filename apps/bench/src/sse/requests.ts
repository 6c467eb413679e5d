import { callMessage, CallPool, encodeMessage } from "../requests.js";

/** Calls of a session that have no answer yet are fewer than this: their ids come round again. */
export const poolSize = 512;

/** The request that opens a stream, and a session with it. */
export const getStream = (port: number): Buffer =>
  Buffer.from(`GET /sse HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);

/** A message for a session, which its `endpoint` is for. */
export const post = (port: number, endpoint: string, body: string): Buffer =>
  Buffer.from(
    [
      `POST ${endpoint} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );

/** Calls of `add` in one session, encoded beforehand. Their ids count from 1. */
export const calls = (port: number, endpoint: string): readonly Buffer[] =>
  Array.from({ length: poolSize }, (_, index) =>
    post(
      port,
      endpoint,
      encodeMessage(callMessage("handshake", index + 1, "add", { a: index + 1, b: CallPool.addend })),
    ),
  );
