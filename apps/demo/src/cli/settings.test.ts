import { describe, expect, it } from "vitest";
import { UsageError } from "./command.js";
import { readSettings } from "./settings.js";

describe("the settings of `serve`", () => {
  it("are stdio on loopback by default", () => {
    expect(readSettings(new Map(), {})).toEqual({ transports: ["stdio"], host: "127.0.0.1", port: 8000 });
  });

  it("come from the environment", () => {
    const env = { TOWPATH_TRANSPORT: "stdio", TOWPATH_HOST: "::1", TOWPATH_PORT: "0" };
    expect(readSettings(new Map(), env)).toEqual({ transports: ["stdio"], host: "::1", port: 0 });
  });

  it("come from options before the environment, even where that is wrong", () => {
    const given = new Map([
      ["transport", ["stdio"]],
      ["host", ["localhost"]],
      ["port", ["9000"]],
    ]);
    const env = { TOWPATH_TRANSPORT: "pigeon", TOWPATH_HOST: "a b", TOWPATH_PORT: "none" };
    expect(readSettings(given, env)).toEqual({ transports: ["stdio"], host: "localhost", port: 9000 });
  });

  it("take an empty variable for none", () => {
    expect(readSettings(new Map(), { TOWPATH_TRANSPORT: "", TOWPATH_PORT: "" })).toEqual(
      readSettings(new Map(), {}),
    );
  });

  it("name a transport once, however often it was asked for", () => {
    expect(readSettings(new Map([["transport", ["stdio", "stdio"]]]), {}).transports).toEqual(["stdio"]);
    expect(readSettings(new Map(), { TOWPATH_TRANSPORT: "stdio, stdio" }).transports).toEqual(["stdio"]);
  });

  it("take the last of several ports", () => {
    expect(readSettings(new Map([["port", ["1", "2"]]]), {}).port).toBe(2);
  });

  it.each<[string, string, string]>([
    ["transport", "pigeon", '--transport must be one of: stdio; not "pigeon"'],
    ["transport", "constructor", "--transport must be one of: stdio"],
    ["port", "65536", '--port must be a whole number from 0 to 65535, not "65536"'],
    ["port", "-1", "--port must be a whole number"],
    ["port", "80.5", "--port must be a whole number"],
    ["host", "", '--host must be a host name or an address, not ""'],
    ["host", "http://localhost", "--host must be a host name or an address"],
  ])("refuse --%s %j", (name, value, message) => {
    expect(() => readSettings(new Map([[name, [value]]]), {})).toThrow(message);
  });

  it("say which variable is wrong", () => {
    const reading = (): unknown => readSettings(new Map(), { TOWPATH_PORT: "none" });
    expect(reading).toThrow(UsageError);
    expect(reading).toThrow('TOWPATH_PORT must be a whole number from 0 to 65535, not "none"');
  });
});
