import type { CallToolResult, McpClient, Tool } from "@towpath/mcp-core";
import { sampleArguments, samplePromptArguments } from "./sample-arguments.js";
import type { Scenario } from "./scenario.js";

/** Asks for a sign of life, lists what the server declares, and uses all of it at once. */
export const useEverything: Scenario = async (client) => {
  await client.ping();
  const { tools, resources, prompts } = client.capabilities;
  await Promise.all([
    tools && useTools(client),
    resources && readResources(client),
    prompts && getPrompts(client),
  ]);
};

/** @throws Error when the tool has failed */
export async function useTool(client: McpClient, name: string, args: object): Promise<CallToolResult> {
  const result = await client.callTool(name, args);
  if (result.isError === true) {
    throw new Error(`The tool ${name} has failed: ${JSON.stringify(result.content)}`);
  }
  return result;
}

async function useTools(client: McpClient): Promise<void> {
  const use = (tool: Tool) => useTool(client, tool.name, sampleArguments(tool));
  await Promise.all((await client.listTools()).map(use));
}

async function readResources(client: McpClient): Promise<void> {
  await Promise.all((await client.listResources()).map(({ uri }) => client.readResource(uri)));
}

async function getPrompts(client: McpClient): Promise<void> {
  const prompts = await client.listPrompts();
  await Promise.all(prompts.map((prompt) => client.getPrompt(prompt.name, samplePromptArguments(prompt))));
}
