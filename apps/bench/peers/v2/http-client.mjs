import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** Returns `call(a, b, onProgress)`, which resolves to the text of the tool's answer. */
export async function connect(url, era) {
  const mode = era === "stateless" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: "bench-client", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return async (a, b, onprogress) => {
    const options = onprogress && { onprogress };
    return (await client.callTool({ name: "add", arguments: { a, b } }, options)).content[0].text;
  };
}
