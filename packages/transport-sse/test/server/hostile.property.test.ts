import { RawConnection } from "@towpath/test-support/raw-connection.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

const json = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    "[",
    "{}",
    '{"jsonrpc":"2.0","id":{},"method":"x"}',
  ),
  fc.constant(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
  ),
);
const target = fc.constantFrom(
  "/sse",
  "/messages",
  "/messages?",
  "/messages?session",
  "/messages?session=%",
  "//",
  "*",
);
const header = fc.constantFrom(
  "content-type: application/json",
  "content-type: ;;;",
  "accept: ,",
  "accept: text/event-stream;q=x",
  "content-length: 5",
  "transfer-encoding: chunked",
  "expect: 100-continue",
  "origin: null",
  "host: localhost",
  "upgrade: websocket",
);

it("serves everybody else, whatever is sent", async () => {
  const errors: unknown[] = [];
  const { url, port, drain, links } = await stage({ onError: (error) => errors.push(error) });
  const visitor = await Visitor.begin(url);
  const { pathname, search } = visitor.endpoint;
  const property = fc.asyncProperty(
    fc.constantFrom("GET", "POST", "PUT", "OPTIONS"),
    fc.oneof(target, fc.constant(`${pathname}${search}`)),
    fc.array(header, { maxLength: 5 }),
    json,
    async (method, path, headers, body) => {
      const connection = await RawConnection.open(port);
      const lines = ["host: localhost", ...headers, ""].join("\r\n");
      connection.write(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`).end();
      connection.socket.destroySoon();
      await connection.closed;
    },
  );
  await fc.assert(property, { numRuns: 150 });
  const bodies = fc.asyncProperty(json, async (body) => {
    const { status } = await visitor.send(body);
    expect([202, 400]).toContain(status);
  });
  await fc.assert(bodies, { numRuns: 150 });
  expect((await visitor.post({ jsonrpc: "2.0", id: "last", method: "ping" })).status).toBe(202);
  for (let message = await visitor.message(); message.id !== "last";) message = await visitor.message();
  expect(errors).toEqual([]);
  visitor.leave();
  await drain({ timeoutMs: Infinity });
  await links.none();
});
