import { McpServer } from "@towpath/mcp-core";
import { stdio } from "@towpath/transport-stdio";

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("hello", {}, () => "Hello, world");
await mcp.run(stdio());
