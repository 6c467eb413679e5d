import { McpServer } from "@towpath/mcp-core";
import { stdio } from "@towpath/transport-stdio";
import { z } from "zod";

const mcp = new McpServer({ name: "bench", version: "1.0.0" });
mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => String(a + b));
await mcp.run(stdio());
