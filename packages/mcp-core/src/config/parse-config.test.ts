import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "./config-error.js";
import { parseConfig, type ParseConfigOptions } from "./parse-config.js";
import type { ServerConfig } from "./server-config.js";

const parse = (server: unknown, options: ParseConfigOptions = { env: {} }): ServerConfig | undefined =>
  parseConfig({ mcpServers: { s: server } }, options).servers.get("s");

function errorOf(value: unknown, options: ParseConfigOptions = { env: {} }): ConfigError {
  try {
    parseConfig(value, options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("It was read without an error");
}

const messageOf = (server: unknown, options?: ParseConfigOptions): string =>
  errorOf({ mcpServers: { "my-server": server } }, options).message;

describe("a configuration", () => {
  it("has servers to start, as Claude Desktop is told them", () => {
    const text = `{ "mcpServers": { "my-server": { "command": "python", "args": ["server.py"] } } }`;
    expect(parseConfig(text)).toEqual({
      servers: new Map([["my-server", { transport: "stdio", command: "python", args: ["server.py"] }]]),
      disabled: [],
      ignored: [],
    });
  });

  it("has servers to connect to by URL", () => {
    const url = "https://my-server.example.com/v1";
    expect(parse({ transport: "streamable-http", url })).toEqual({ transport: "streamable-http", url });
  });

  it("has variables and a working directory of a server, and headers", () => {
    const env = { LEVEL: "debug" };
    expect(parse({ command: "node", env, cwd: "/srv" })).toEqual({
      transport: "stdio",
      command: "node",
      args: [],
      env,
      cwd: "/srv",
    });
    const headers = { Authorization: "Bearer t" };
    expect(parse({ url: "http://a/", headers })).toMatchObject({ headers });
  });

  it.each([
    [{ type: "stdio", command: "x" }, "stdio"],
    [{ type: "local", command: "x" }, "stdio"],
    [{ transport: "stdio", type: "stdio", command: "x" }, "stdio"],
    [{ type: "http", url: "http://a/" }, "streamable-http"],
    [{ type: "streamableHttp", url: "http://a/" }, "streamable-http"],
    [{ transport: "streamable_http", url: "http://a/" }, "streamable-http"],
    [{ transport: "http", type: "streamable-http", url: "http://a/" }, "streamable-http"],
    [{ url: "HTTPS://a/" }, "streamable-http"],
    [{ type: "sse", url: "http://a/sse" }, "sse"],
    [{ transport: "ws", url: "wss://a/" }, "ws"],
    [{ type: "websocket", url: "ws://a/" }, "ws"],
    [{ url: "wss://a/" }, "ws"],
    [{ transport: "stdio", command: "x", url: "http://a/" }, "stdio"],
  ])("takes %j for a server over its transport", (server, transport) => {
    expect(parse(server)?.transport).toBe(transport);
  });

  it("may be that of VS Code", () => {
    const { servers } = parseConfig({ inputs: [], servers: { a: { type: "http", url: "http://a/" } } });
    expect([...servers.keys()]).toEqual(["a"]);
  });

  it("may begin with a byte order mark, and have no servers", () => {
    expect(parseConfig(`\uFEFF{ "mcpServers": {} }`).servers.size).toBe(0);
  });

  it("names the members it does not read, and fails for none", () => {
    const { ignored } = parseConfig({
      globalShortcut: "",
      mcpServers: {
        a: { command: "x", timeout: 60, description: "A", alwaysAllow: [], note: "${NOT_SET}" },
        "b.c": { url: "http://b/", autoApprove: [], args: 1 },
      },
    });
    expect(ignored).toEqual([
      "mcpServers.a.timeout",
      "mcpServers.a.description",
      "mcpServers.a.alwaysAllow",
      "mcpServers.a.note",
      'mcpServers["b.c"].autoApprove',
      'mcpServers["b.c"].args',
    ]);
  });

  it("is read without the headers that transports set themselves, and names them", () => {
    const headers = {
      Accept: "application/json, text/event-stream",
      "Content-Type": ["application/json"],
      "Mcp-Param-Region": "${NOT_SET}",
      "MCP-Protocol-Version": "2025-06-18",
      "Mcp-Tenant": "t",
      authorization: "Bearer t",
    };
    const { servers, ignored } = parseConfig(
      { mcpServers: { a: { url: "http://a/", headers }, b: { url: "ws://b/", headers: { host: "b" } } } },
      { env: {} },
    );
    expect([...servers.values()]).toEqual([
      {
        transport: "streamable-http",
        url: "http://a/",
        fallback: "sse",
        headers: { "Mcp-Tenant": "t", authorization: "Bearer t" },
      },
      { transport: "ws", url: "ws://b/", headers: {} },
    ]);
    expect(ignored).toEqual([
      "mcpServers.a.headers.Accept",
      "mcpServers.a.headers.Content-Type",
      "mcpServers.a.headers.Mcp-Param-Region",
      "mcpServers.a.headers.MCP-Protocol-Version",
      "mcpServers.b.headers.host",
    ]);
  });

  it("leaves out servers that are disabled, without a look at the rest of them", () => {
    const { servers, disabled } = parseConfig(
      {
        mcpServers: {
          off: { disabled: true, command: "${NOT_SET}", args: 1 },
          on: { disabled: false, enabled: true, command: "x" },
          out: { enabled: false },
        },
      },
      { env: {} },
    );
    expect([...servers.keys()]).toEqual(["on"]);
    expect(disabled).toEqual(["off", "out"]);
  });

  it("takes any name for a server, in the order of the file", () => {
    const names = ["__proto__", "constructor", "toString", "", "a b", "日本"];
    const entries = names.map((name) => `${JSON.stringify(name)}: { "command": "x" }`);
    const { servers } = parseConfig(`{ "mcpServers": { ${entries.join(", ")} } }`);
    expect([...servers.keys()]).toEqual(names);
    expect(({} as { command?: unknown }).command).toBeUndefined();
  });

  it("takes such names for variables and headers too", () => {
    const stdio = parse(JSON.parse(`{ "command": "x", "env": { "__proto__": "a", "constructor": "b" } }`));
    expect(stdio?.transport === "stdio" && Object.entries(stdio.env ?? {})).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });
});

describe("variables of the environment", () => {
  const env = { HOST: "example.com", TOKEN: "t0ken", DIR: "/srv" };

  it("are put in every string of a server", () => {
    const stdio = {
      command: "${DIR}/run",
      args: ["--host=${HOST}", "${PORT:-8000}"],
      env: { TOKEN: "${TOKEN}" },
      cwd: "${DIR}",
    };
    expect(parse(stdio, { env })).toEqual({
      transport: "stdio",
      command: "/srv/run",
      args: ["--host=example.com", "8000"],
      env: { TOKEN: "t0ken" },
      cwd: "/srv",
    });
    const http = { url: "https://${HOST}/mcp", headers: { Authorization: "Bearer ${TOKEN}" } };
    expect(parse(http, { env })).toEqual({
      transport: "streamable-http",
      url: "https://example.com/mcp",
      fallback: "sse",
      headers: { Authorization: "Bearer t0ken" },
    });
  });

  it("are not put in names", () => {
    const stdio = parse({ command: "x", env: { "${TOKEN}": "a" } }, { env });
    expect(stdio).toMatchObject({ env: { "${TOKEN}": "a" } });
  });

  it("are those of the process by default, and nothing else when others are given", () => {
    const server = { command: "${PATH:-none}" };
    expect(parse(server, {})).toMatchObject({ command: process.env["PATH"] });
    expect(parse(server, { env: {} })).toMatchObject({ command: "none" });
  });

  it("are named with the path, the file and all others when they are not set", () => {
    const mcpServers = { a: { command: "x", args: ["-v", "${ONE}"] }, b: { url: "${TWO}" } };
    const error = errorOf({ mcpServers }, { env, file: "mcp.json" });
    expect(error.issues.map(({ path }) => path)).toEqual(["mcpServers.a.args[1]", "mcpServers.b.url"]);
    expect(error.message).toMatch(/^mcp\.json has 2 problems:\n {2}mcpServers\.a\.args\[1\] needs .* ONE,/);
    expect(error.message).toContain(
      "\n  mcpServers.b.url needs the environment variable TWO, which is not set",
    );
  });
});

describe("what is wrong with a configuration", () => {
  it.each([
    [{ command: "x", args: ["a", 1] }, "mcpServers.my-server.args[1] must be a string, not a number"],
    [{ command: "x", args: "a" }, "mcpServers.my-server.args must be an array of strings, not a string"],
    [{ command: 1 }, "mcpServers.my-server.command must be a string, not a number"],
    [{ command: "" }, "mcpServers.my-server.command must not be empty"],
    [{ type: "stdio" }, "mcpServers.my-server.command is missing; it must be a string"],
    [{ command: "x", cwd: null }, "mcpServers.my-server.cwd must be a string, not null"],
    [{ command: "x", env: [] }, "mcpServers.my-server.env must be an object, not an array"],
    [{ command: "x", env: { PORT: 80 } }, "mcpServers.my-server.env.PORT must be a string, not a number"],
    [{ command: "x", env: { "A=B": "" } }, 'mcpServers.my-server.env["A=B"] is no name for a variable'],
    [{ command: "x", disabled: "yes" }, "mcpServers.my-server.disabled must be true or false, not a string"],
    [{ command: "a\0b" }, "mcpServers.my-server.command must not contain a NUL character"],
    [{ command: "x", url: "http://a/" }, `mcpServers.my-server has both "command" and "url"`],
    [{}, `mcpServers.my-server needs a "command" to start, or a "url" to connect to`],
    [[], "mcpServers.my-server must be an object, not an array"],
    [{ type: "http", command: "x" }, "mcpServers.my-server.url is missing; it must be a string"],
    [{ url: "a.example/mcp" }, "mcpServers.my-server.url must be a URL that begins with http:// or https://"],
    [
      { type: "ws", url: "http://a/" },
      "mcpServers.my-server.url must be a URL that begins with ws:// or wss://",
    ],
    [
      { url: "http://a/", headers: { "a b": "" } },
      'mcpServers.my-server.headers["a b"] is no name for a header',
    ],
    [
      { url: "http://a/", headers: { a: ["b"] } },
      "mcpServers.my-server.headers.a must be a string, not an array",
    ],
    [
      { transport: "pigeon", url: "http://a/" },
      `mcpServers.my-server.transport must be "stdio", "streamable-http"`,
    ],
    [{ type: 1, url: "http://a/" }, `mcpServers.my-server.type must be "stdio", "streamable-http"`],
    [
      { transport: "stdio", type: "http" },
      'mcpServers.my-server has a "transport" and a "type" that contradict',
    ],
  ])("is said with its path, and the file: %j", (server, message) => {
    expect(messageOf(server)).toContain(message);
    expect(messageOf(server, { env: {}, file: "/etc/mcp.json" })).toMatch(
      /^\/etc\/mcp\.json: mcpServers\.my-server/,
    );
  });

  it.each([
    [[], `The configuration must be an object with "mcpServers", not an array`],
    [undefined, `The configuration must be an object with "mcpServers", not undefined`],
    [{}, `The configuration has no "mcpServers"`],
    [{ mcpServers: [] }, "mcpServers must be an object with a member for each server, not an array"],
    ["", "The configuration is not valid JSON: it ends too early"],
    ['{\n  "mcpServers": {},\n}', "The configuration is not valid JSON, at line 3, column 1"],
  ])("is said of the whole: %j", (value, message) => {
    expect(errorOf(value).message).toBe(message);
  });

  it("is said once for each place, in all places", () => {
    const mcpServers = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`s${n}`, { command: "${A}", args: [1] }]),
    );
    const error = errorOf({ mcpServers });
    expect(error.issues).toHaveLength(24);
    expect(error.message).toMatch(/^The configuration has 24 problems:(\n.*){10}\n {2}and 14 more$/);
  });

  it("never repeats what may be a secret", () => {
    const secret = "hunter2";
    const broken: unknown[] = [
      `{ "mcpServers": { "a": { "env": { "PASS": "${secret}" x`,
      `{ "mcpServers": { "a": { "env": { "PASS": ["${secret}" ] ] } } } }`,
      { mcpServers: { a: { command: "x", env: { PASS: `${secret}\0` } } } },
      { mcpServers: { a: { command: "x", env: { PASS: [secret] } } } },
      { mcpServers: { a: { command: "x", env: secret } } },
      { mcpServers: { a: { command: "x", env: { PASS: `${secret}\${` } } } },
      { mcpServers: { a: { url: "http://a/", headers: { Authorization: `${secret}\r\nx: y` } } } },
      { mcpServers: { a: { url: "http://a/", headers: { Authorization: `${secret}\u2026` } } } },
      { mcpServers: { a: { url: `${secret}@host`, headers: secret } } },
      { mcpServers: { a: { url: "http://a/", headers: { Authorization: "${PASS}" } } } },
    ];
    for (const value of broken) {
      const error = errorOf(value, { env: { PASS: `${secret}\n${secret}` } });
      expect(JSON.stringify([error.message, error.issues, String(error.cause)])).not.toContain(secret);
    }
  });

  it("is a ConfigError, whatever the value", () => {
    const value = fc.oneof(
      fc.anything(),
      fc.record({ mcpServers: fc.dictionary(fc.string(), fc.anything()) }),
      fc.record({
        mcpServers: fc.dictionary(
          fc.string(),
          fc.record(
            {
              command: fc.anything(),
              args: fc.anything(),
              env: fc.anything(),
              url: fc.anything(),
              type: fc.anything(),
            },
            { requiredKeys: [] },
          ),
        ),
      }),
    );
    fc.assert(
      fc.property(value, (any) => {
        try {
          parseConfig(any, { env: {} });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
