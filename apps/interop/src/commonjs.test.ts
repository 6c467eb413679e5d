import { createRequire } from "node:module";
import * as core from "@towpath/mcp-core";
import * as jsonSchema from "@towpath/mcp-core/json-schema";
import * as testing from "@towpath/mcp-core/testing";
import * as transport from "@towpath/mcp-core/transport";
import * as stdio from "@towpath/transport-stdio";
import { describe, expect, it } from "vitest";

const require = createRequire(import.meta.url);

/** Every entry that is published, as an ES module. */
const entries: Readonly<Record<string, object>> = {
  "@towpath/mcp-core": core,
  "@towpath/mcp-core/json-schema": jsonSchema,
  "@towpath/mcp-core/testing": testing,
  "@towpath/mcp-core/transport": transport,
  "@towpath/transport-stdio": stdio,
};

interface Core {
  readonly McpServer: typeof core.McpServer;
  readonly McpClient: typeof core.McpClient;
}

describe("as CommonJS", () => {
  it.each(Object.entries(entries))("%s has what it has as an ES module", (name, asModule) => {
    const required = Object.keys(require(name) as object).filter((key) => key !== "__esModule");
    expect(required.sort()).toEqual(Object.keys(asModule).sort());
  });

  it("serves and calls", async () => {
    const { McpServer, McpClient } = require("@towpath/mcp-core") as Core;
    const server = new McpServer("required");
    server.tool("hello", {}, () => ({ hello: "world" }));
    const client = await McpClient.connect(server);
    expect(await client.callTool("hello")).toMatchObject({ structuredContent: { hello: "world" } });
    await client.close();
  });
});
