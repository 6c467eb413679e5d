import { McpClient } from "@towpath/mcp-core";

/** Returns `call(a, b, onProgress)`, which resolves to the text of the tool's answer. */
export async function connectOver(transport, era) {
  const client = await McpClient.connect(transport, { era });
  return async (a, b, onProgress) => {
    const options = onProgress && { onProgress };
    return (await client.callTool("add", { a, b }, options)).content[0].text;
  };
}
