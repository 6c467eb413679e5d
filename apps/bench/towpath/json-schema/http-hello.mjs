import { McpServer } from "@towpath/mcp-core";
import { streamableHttp } from "@towpath/transport-http";

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("hello", {}, () => "Hello, world");
await mcp.run(streamableHttp({ port: 8000 }));
