import { describe, expect, it } from "vitest";
import { UsageError } from "./command.js";
import { readSettings } from "./settings.js";

const place = { host: "127.0.0.1", port: 8000, path: "/mcp", sessions: true };

describe("the settings of `serve`", () => {
  it("are stdio on loopback by default", () => {
    expect(readSettings(new Map(), {})).toEqual({ transports: ["stdio"], ...place });
  });

  it("come from the environment", () => {
    const env = {
      TOWPATH_TRANSPORT: "stdio,streamable-http",
      TOWPATH_HOST: "::1",
      TOWPATH_PORT: "0",
      TOWPATH_PATH: "/v1",
      TOWPATH_SESSIONS: "false",
    };
    expect(readSettings(new Map(), env)).toEqual({
      transports: ["stdio", "streamable-http"],
      host: "::1",
      port: 0,
      path: "/v1",
      sessions: false,
    });
  });

  it("come from options before the environment, even where that is wrong", () => {
    const given = new Map([
      ["transport", ["streamable-http"]],
      ["host", ["localhost"]],
      ["port", ["9000"]],
      ["sessions", ["false"]],
    ]);
    const env = { TOWPATH_TRANSPORT: "pigeon", TOWPATH_HOST: "a b", TOWPATH_PORT: "none" };
    expect(readSettings(given, { ...env, TOWPATH_SESSIONS: "maybe" })).toEqual({
      transports: ["streamable-http"],
      host: "localhost",
      port: 9000,
      path: "/mcp",
      sessions: false,
    });
  });

  it("take an empty variable for none", () => {
    expect(readSettings(new Map(), { TOWPATH_TRANSPORT: "", TOWPATH_PORT: "" })).toEqual(
      readSettings(new Map(), {}),
    );
  });

  it("share nothing unless they are told to, whatever else the environment has of a Redis", () => {
    expect(readSettings(new Map(), { REDIS_URL: "redis://127.0.0.1" }).state).toBeUndefined();
    const given = new Map([["state", ["rediss://:secret@redis.example:6380/2"]]]);
    expect(readSettings(given, {}).state?.href).toBe("rediss://:secret@redis.example:6380/2");
    expect(readSettings(new Map(), { TOWPATH_STATE: "redis://localhost" }).state?.hostname).toBe("localhost");
  });

  it.each(["http://:secret@localhost", "redis:", "secret"])(
    "do not repeat a state that is none, as %s",
    (url) => {
      const reading = (): unknown => readSettings(new Map([["state", [url]]]), {});
      expect(reading).toThrow(/^--state must be the URL of a Redis, such as redis:\/\/127\.0\.0\.1:6379$/);
    },
  );

  it("name a transport once, however often it was asked for", () => {
    expect(readSettings(new Map([["transport", ["stdio", "stdio"]]]), {}).transports).toEqual(["stdio"]);
    expect(readSettings(new Map(), { TOWPATH_TRANSPORT: "stdio, stdio" }).transports).toEqual(["stdio"]);
  });

  it("take the last of several ports", () => {
    const given = new Map([
      ["transport", ["streamable-http"]],
      ["port", ["1", "2"]],
    ]);
    expect(readSettings(given, {}).port).toBe(2);
  });

  it.each(["host", "port", "path", "sessions"])("refuse --%s where nothing listens", (name) => {
    const values = new Map([
      ["host", "::1"],
      ["port", "1"],
      ["path", "/v1"],
      ["sessions", "true"],
    ]);
    const given = new Map([[name, [values.get(name) ?? ""]]]);
    expect(() => readSettings(given, {})).toThrow(
      `--${name} is for transports that listen: add --transport sse or streamable-http or websocket`,
    );
  });

  it.each(["path", "sessions"])("refuse --%s where Streamable HTTP is not served", (name) => {
    const given = new Map([
      ["transport", ["websocket"]],
      [name, [name === "path" ? "/v1" : "false"]],
    ]);
    expect(() => readSettings(given, {})).toThrow(
      `--${name} is for Streamable HTTP: add --transport streamable-http`,
    );
  });

  it("heed no variable that is for transports that listen where nothing does", () => {
    expect(readSettings(new Map(), { TOWPATH_PORT: "9000" }).transports).toEqual(["stdio"]);
  });

  it.each<[string, string, string]>([
    [
      "transport",
      "pigeon",
      '--transport must be one of: stdio, sse, streamable-http, websocket; not "pigeon"',
    ],
    ["transport", "constructor", "--transport must be one of: stdio"],
    ["port", "65536", '--port must be a whole number from 0 to 65535, not "65536"'],
    ["port", "-1", "--port must be a whole number"],
    ["port", "80.5", "--port must be a whole number"],
    ["host", "", '--host must be a host name or an address, not ""'],
    ["host", "http://localhost", "--host must be a host name or an address"],
    ["path", "mcp", '--path must be a path that begins with a slash, not "mcp"'],
    ["path", "/mcp?key=1", "--path must be a path that begins with a slash"],
  ])("refuse --%s %j", (name, value, message) => {
    expect(() => readSettings(new Map([[name, [value]]]), {})).toThrow(message);
  });

  it("say which variable is wrong", () => {
    const reading = (): unknown => readSettings(new Map(), { TOWPATH_PORT: "none" });
    expect(reading).toThrow(UsageError);
    expect(reading).toThrow('TOWPATH_PORT must be a whole number from 0 to 65535, not "none"');
    const sessions = (): unknown => readSettings(new Map(), { TOWPATH_SESSIONS: "maybe" });
    expect(sessions).toThrow('TOWPATH_SESSIONS must be true or false, not "maybe"');
  });
});
