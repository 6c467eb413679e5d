import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** Returns `call(a, b, onProgress)`, which resolves to the text of the tool's answer. */
export async function connect(url) {
  const client = new Client({ name: "bench-client", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return async (a, b, onprogress) => {
    const options = onprogress && { onprogress };
    const result = await client.callTool({ name: "add", arguments: { a, b } }, undefined, options);
    return result.content[0].text;
  };
}
