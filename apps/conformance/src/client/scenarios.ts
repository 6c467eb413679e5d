import type { Scenario } from "./scenario.js";
import { useEverything, useTool } from "./use-everything.js";

/** The scenarios that ask for something of their own. */
const SCENARIOS: ReadonlyMap<string, Scenario> = new Map<string, Scenario>([
  [
    "http-custom-headers",
    async (client, { toolCalls = [] }) => {
      await client.listTools();
      for (const { name, arguments: args } of toolCalls) await useTool(client, name, args);
    },
  ],
  // The tool is there to be looked at: the server takes no calls.
  [
    "json-schema-ref-no-deref",
    async (client) => {
      await client.listTools();
    },
  ],
  [
    "json-schema-2020-12-preservation",
    async (client) => {
      const tools = await client.listTools();
      const schema = tools.find(({ name }) => name === "json_schema_2020_12_tool")?.inputSchema;
      if (schema === undefined) throw new Error("The server does not list json_schema_2020_12_tool");
      await useTool(client, "json_schema_echo", { schema });
    },
  ],
]);

/** What a client does in a scenario: where nothing else is asked for, it uses everything there is. */
export const scenarioOf = (name: string | undefined): Scenario => SCENARIOS.get(name ?? "") ?? useEverything;
