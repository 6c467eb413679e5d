import { connectionLimits } from "@towpath/mcp-core/transport";
import { expect, it } from "vitest";
import { DEFAULT_WEB_SOCKET_LIMITS, webSocketLimits } from "./limits.js";

it("has a default for each limit that is not given", () => {
  expect(webSocketLimits()).toEqual(DEFAULT_WEB_SOCKET_LIMITS);
  const given = { maxConnections: 5, maxBatch: 6, stallTimeoutMs: undefined };
  expect(webSocketLimits(given as object)).toEqual({
    ...DEFAULT_WEB_SOCKET_LIMITS,
    maxConnections: 5,
    maxBatch: 6,
  });
});

it.each([undefined, { maxInFlight: 5 }])("is what connections take as it is: %o", (given) => {
  const limits = webSocketLimits(given);
  expect(connectionLimits(limits)).toBe(limits);
});

it.each([
  [{ maxConnections: 0 }, RangeError, /maxConnections/],
  [{ authorizeTimeoutMs: NaN }, RangeError, /authorizeTimeoutMs/],
  [{ maxBatch: -1 }, RangeError, /maxBatch/],
  [{ maxSockets: 1 }, TypeError, /maxSockets/],
])("refuses %o", (given: object, error, message) => {
  expect(() => webSocketLimits(given)).toThrow(error);
  expect(() => webSocketLimits(given)).toThrow(message);
});
