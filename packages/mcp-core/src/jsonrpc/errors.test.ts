import { describe, expect, it } from "vitest";
import {
  BusyError,
  HeaderMismatchError,
  MissingClientCapabilityError,
  ShuttingDownError,
  UnsupportedProtocolVersionError,
} from "../protocol/errors.js";
import {
  InternalError,
  InvalidParamsError,
  InvalidRequestError,
  MethodNotFoundError,
  ParseError,
  ProtocolError,
} from "./errors.js";

const errors = {
  [-32700]: new ParseError("no"),
  [-32600]: new InvalidRequestError("no"),
  [-32601]: new MethodNotFoundError("no"),
  [-32602]: new InvalidParamsError("no"),
  [-32603]: new InternalError("no"),
  [-32020]: new HeaderMismatchError("no"),
  [-32021]: new MissingClientCapabilityError({ roots: {} }),
  [-32022]: new UnsupportedProtocolVersionError("1900-01-01", ["2026-07-28"]),
};

describe("protocol errors", () => {
  it.each(Object.entries(errors))("have code %i, a name of their own and a message", (code, error) => {
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error.toJSON()).toMatchObject({ code: Number(code), message: expect.any(String) as string });
    expect(error.name).toBe(error.constructor.name);
    expect(error.stack).toContain(error.name);
  });

  it("of our own use codes outside the range that JSON-RPC reserves", () => {
    for (const { code } of [new BusyError("later"), new ShuttingDownError()]) {
      expect(code < -32768 || code > -32000).toBe(true);
    }
  });

  it("carry data, or leave it out", () => {
    expect(new ProtocolError(1, "no", null).toJSON()).toEqual({ code: 1, message: "no", data: null });
    expect("data" in new ProtocolError(1, "no").toJSON()).toBe(false);
    expect(new MissingClientCapabilityError({ elicitation: { url: {} } }).toJSON().data).toEqual({
      requiredCapabilities: { elicitation: { url: {} } },
    });
  });

  it("repeat a version that is not supported in full as data, and in short as text", () => {
    const requested = "9".repeat(500);
    const { message, data } = new UnsupportedProtocolVersionError(requested, ["2026-07-28"]).toJSON();
    expect(data).toEqual({ requested, supported: ["2026-07-28"] });
    expect(message.length).toBeLessThan(150);
  });
});
