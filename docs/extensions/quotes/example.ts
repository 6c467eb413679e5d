import { McpClient, McpServer, type Dispatcher, type McpServerOptions } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { quotesClient } from "./client.js";
import { priced, quotes } from "./server.js";

const input = jsonSchema({
  type: "object",
  properties: { pages: { type: "integer", minimum: 1 } },
  required: ["pages"],
});

/** Prints for money. */
export function printShop(options: McpServerOptions = {}): McpServer {
  const mcp = new McpServer("print shop", { ...options, extensions: [quotes({ currency: "EUR" })] });
  const price = priced(({ pages }) => 0.1 * Number(pages));
  mcp.tool("print", { input, extensions: price }, async ({ pages }, ctx) => {
    for (let page = 1; page <= pages; page++) await ctx.progress(page, pages);
    return `${String(pages)} pages are printed`;
  });
  return mcp;
}

/** Prints as much as ten euros are enough for. */
export async function printWithLimit(server: Dispatcher, show: (content: unknown) => void): Promise<void> {
  const confirm = quotesClient({ confirm: ({ price, currency }) => currency === "EUR" && price <= 10 });
  const client = await McpClient.connect(server, { extensions: [confirm] });
  show((await client.callTool("print", { pages: 50 })).content); // 50 pages are printed
  show((await client.callTool("print", { pages: 500 })).content); // The price was not accepted
  await client.close();
}
