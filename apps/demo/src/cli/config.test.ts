import { parseConfig } from "@towpath/mcp-core/config";
import { describe, expect, it } from "vitest";
import { transports } from "../transports.js";
import { config } from "./config.js";
import { runCommandLine } from "./run.js";
import { serve } from "./serve.js";
import { surroundings } from "./surroundings.test-kit.js";

describe("`config`", () => {
  it("prints nothing but JSON to stdout", async () => {
    const around = surroundings();
    expect(await config.run(new Map(), around)).toBe(0);
    expect(JSON.parse(around.stdout.text)).toEqual({
      mcpServers: {
        notebook: { command: "/usr/bin/node", args: ["/repository/apps/demo/dist/main.js", "serve"] },
      },
    });
  });

  it("tells on stderr what clients take that connect by URL", async () => {
    const around = surroundings();
    await config.run(new Map(), around);
    expect(around.stderr.text).toContain('"transport": "streamable-http"');
    expect(around.stderr.text).toContain('"url": "http://127.0.0.1:8000/mcp"');
  });

  it.each<[Record<string, string>, string]>([
    [{ port: "9000" }, "http://127.0.0.1:9000/mcp"],
    [{ host: "0.0.0.0" }, "http://127.0.0.1:8000/mcp"],
    [{ host: "::", path: "/v1" }, "http://[::1]:8000/v1"],
    [{ host: "towpath.example" }, "http://towpath.example:8000/mcp"],
  ])("prints the URL for a client of a server with %j", async (options, url) => {
    const around = surroundings();
    const given = Object.entries({ transport: "streamable-http", ...options });
    expect(await config.run(new Map(given.map(([name, value]) => [name, [value]])), around)).toBe(0);
    expect(JSON.parse(around.stdout.text)).toEqual({
      mcpServers: { notebook: { transport: "streamable-http", url } },
    });
    expect(around.stderr.text).toBe("");
  });

  it.each([["websocket", "ws://[::1]:9000/ws"]])("prints the URL of %s", async (transport, url) => {
    const around = surroundings();
    const given = Object.entries({ transport, host: "::1", port: "9000" });
    await config.run(new Map(given.map(([name, value]) => [name, [value]])), around);
    expect(JSON.parse(around.stdout.text)).toEqual({ mcpServers: { notebook: { transport, url } } });
    expect(around.stderr.text).toBe("");
  });

  it("prints an entry for each of several transports", async () => {
    const around = surroundings();
    const given = new Map([
      ["transport", ["stdio", "streamable-http", "websocket"]],
      ["path", ["/v1"]],
    ]);
    await config.run(given, around);
    expect(JSON.parse(around.stdout.text)).toMatchObject({
      mcpServers: {
        "notebook-stdio": { command: "/usr/bin/node" },
        "notebook-streamable-http": { url: "http://127.0.0.1:8000/v1" },
        "notebook-websocket": { url: "ws://127.0.0.1:8000/ws" },
      },
    });
  });

  it("prints what `parseConfig` reads, for every transport", async () => {
    const around = surroundings();
    await config.run(new Map([["transport", [...transports.keys()]]]), around);
    const { servers, ignored } = parseConfig(around.stdout.text, { env: {} });
    expect([...servers]).toEqual([
      [
        "notebook-stdio",
        {
          transport: "stdio",
          command: "/usr/bin/node",
          args: ["/repository/apps/demo/dist/main.js", "serve"],
        },
      ],
      ["notebook-sse", { transport: "sse", url: "http://127.0.0.1:8000/sse" }],
      ["notebook-streamable-http", { transport: "streamable-http", url: "http://127.0.0.1:8000/mcp" }],
      ["notebook-websocket", { transport: "ws", url: "ws://127.0.0.1:8000/ws" }],
    ]);
    expect(ignored).toEqual([]);
  });

  it("takes what `serve` takes, and prints the same with sessions as without", async () => {
    expect(Object.keys(config.options)).toEqual(Object.keys(serve.options));
    const printed: string[] = [];
    for (const flags of [[], ["--sessions"], ["--no-sessions"]]) {
      const around = surroundings();
      const args = ["config", "--transport", "streamable-http", ...flags];
      expect(await runCommandLine(args, new Map([["config", config]]), around)).toBe(0);
      printed.push(around.stdout.text);
    }
    expect(new Set(printed).size).toBe(1);
  });

  it("refuses a port that is only known once the server runs", () => {
    const given = new Map([
      ["transport", ["streamable-http"]],
      ["port", ["0"]],
    ]);
    const around = surroundings();
    expect(() => config.run(given, around)).toThrow("--port must be the one that is served on");
    expect(around.stdout.text).toBe("");
  });

  it.each([
    ["darwin", "~/Library/Application Support/Claude/claude_desktop_config.json  <- this machine"],
    ["win32", "%APPDATA%\\Claude\\claude_desktop_config.json  <- this machine"],
    ["linux", "~/.config/Claude/claude_desktop_config.json  <- this machine"],
  ] as const)("tells on stderr where it goes on %s", async (platform, place) => {
    const around = surroundings({ platform });
    await config.run(new Map(), around);
    expect(around.stderr.text).toContain(place);
  });
});
