import { McpClient } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";

const client = await McpClient.connect(streamableHttpClient("http://127.0.0.1:8000/mcp"));
const { content } = await client.callTool("hello");
document.body.append(content[0].text);
