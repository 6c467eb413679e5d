import fc from "fast-check";
import { expect, it } from "vitest";
import { frame } from "../support/frames.js";
import { RawWebSocket } from "../support/raw-web-socket.js";
import { stage } from "../support/stage.js";
import { started } from "../support/start.js";

const payload = fc.oneof(
  fc.json(),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    "[",
    "{}",
    '{"jsonrpc":"2.0","id":{},"method":"x"}',
  ),
);
const odd = fc.record(
  {
    opcode: fc.integer({ min: 0, max: 15 }),
    fin: fc.boolean(),
    masked: fc.boolean(),
    reserved: fc.constantFrom(0, 0x10, 0x20, 0x40),
    length: fc.constantFrom(0, 1, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 53),
  },
  { requiredKeys: [] },
);
const bytes = fc.oneof(
  { weight: 4, arbitrary: payload.map((text) => frame(text)) },
  { weight: 2, arbitrary: fc.tuple(payload, odd).map(([text, options]) => frame(text, options)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((values) => Buffer.from(values)) },
);

it("serves everybody else, and forgets its client, whatever bytes that one sends", async () => {
  const { port, links, errors } = await started(stage().mcp);
  const property = fc.asyncProperty(
    fc.array(bytes, { maxLength: 20 }),
    fc.integer({ min: 1, max: 50 }),
    async (all, size) => {
      const socket = await RawWebSocket.open(port);
      const whole = Buffer.concat(all);
      for (let at = 0; at < whole.length; at += size) socket.connection.write(whole.subarray(at, at + size));
      socket.connection.end();
      await socket.connection.closed;
      await links.none();
      expect(errors).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 100 });
  const other = await RawWebSocket.open(port);
  expect(await other.message({ id: 1, method: "ping" }).reply()).toMatchObject({ id: 1, result: {} });
});
