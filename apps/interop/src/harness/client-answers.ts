import type { JsonObject, McpClientOptions, Revision } from "@towpath/mcp-core";
import type { Message } from "./inbox.js";
import { metaOf, withClient, type Script } from "./scripted-server.js";

const COMPLETE = { result: { resultType: "complete", content: [] } };

/** What a client answers to one question, in either era: a result, or an error where there is a way to say it. */
export async function answerTo(
  revision: Revision,
  method: string,
  params: JsonObject,
  options: McpClientOptions,
): Promise<Message> {
  if (revision !== "2026-07-28") {
    const { server } = await withClient(revision, {}, options);
    server.say({ jsonrpc: "2.0", id: "question", method, params });
    return server.nextAnswer();
  }
  const { client, server } = await withClient(revision, askingOnce(method, params), options);
  await client.callTool("asking");
  const [, retry] = server.received.filter((message) => message.method === "tools/call");
  const { it: result } = (retry?.params?.["inputResponses"] ?? {}) as { readonly it?: JsonObject };
  return { ...(result && { result }) };
}

function askingOnce(method: string, params: JsonObject): Script {
  return {
    "tools/call": ({ inputResponses }) =>
      inputResponses === undefined
        ? { result: { resultType: "input_required", inputRequests: { it: { method, params } } } }
        : COMPLETE,
  };
}

/** What a client declares, in either era. */
export async function declared(revision: Revision, options: McpClientOptions): Promise<unknown> {
  const { server } = await withClient(revision, {}, options);
  const [first] = server.received.filter(({ method }) => method === "server/discover");
  if (revision === "2026-07-28" && first !== undefined)
    return metaOf(first)["io.modelcontextprotocol/clientCapabilities"];
  const [greeting] = server.received.filter(({ method }) => method === "initialize");
  return greeting?.params?.["capabilities"];
}
