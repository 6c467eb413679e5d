import { McpServer } from "@towpath/mcp-core";
import { stdio } from "@towpath/transport-stdio";
import { z } from "zod";

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("size", { input: z.object({ text: z.string() }) }, ({ text }) => String(text.length));
await mcp.run(stdio());
