import { describe, expect, it } from "vitest";
import { streamableHttpClient } from "../index.js";

const URL = "http://127.0.0.1/mcp";
/** As a program without types may give them. */
const given = (options: object): object => options;

describe("the options of a client", () => {
  it.each([
    [
      { requestInit: { headers: {} } },
      'There is no "requestInit" in the options of streamableHttpClient, but headers,',
    ],
    [{ timeout: 5 }, 'There is no "timeout"'],
    [{ resumption: { retries: 5 } }, 'There is no "retries" in resumption'],
    [{ fetch: 5 }, "fetch must be a function"],
    [{ sse: true }, "sse must be a function"],
    [{ standingStream: "yes" }, "standingStream must be true or false"],
    [{ idleTimeoutMs: -1 }, "idleTimeoutMs"],
    [{ maxMessageBytes: 0 }, "maxMessageBytes"],
    [{ resumption: { attempts: 1.5 } }, "resumption.attempts"],
    [{ headers: { authorization: undefined } }, "headers has no value for authorization"],
  ])("may not be %j", (options, message) => {
    expect(() => streamableHttpClient(URL, given(options))).toThrow(message);
  });

  it.each([
    { tls: {} },
    { proxy: false },
    { connectTimeoutMs: 5 },
    { maxConnections: 2 },
    { headers: [["a", "b"]] },
  ])("may be %j", (options) => {
    expect(streamableHttpClient(URL, given(options)).name).toBe("streamable-http");
  });
});
