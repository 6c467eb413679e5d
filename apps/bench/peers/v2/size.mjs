import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

// The default of 10 MiB would refuse the larger arguments.
const transport = new StdioServerTransport(process.stdin, process.stdout, {
  maxBufferSize: 64 * 1024 * 1024,
});
serveStdio(
  () => {
    const server = new McpServer({ name: "bench", version: "1.0.0" });
    server.registerTool("size", { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
      content: [{ type: "text", text: String(text.length) }],
    }));
    return server;
  },
  { transport },
);
