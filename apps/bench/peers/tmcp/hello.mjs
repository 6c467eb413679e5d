import { StdioTransport } from "@tmcp/transport-stdio";
import { McpServer } from "tmcp";

const server = new McpServer(
  { name: "bench", version: "1.0.0" },
  { adapter: undefined, capabilities: { tools: {} } },
);
server.tool({ name: "hello", description: "Greets" }, () => ({
  content: [{ type: "text", text: "Hello, world" }],
}));
new StdioTransport(server).listen();
