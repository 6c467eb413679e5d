import type { Handle, McpServer } from "@towpath/mcp-core";
import { z } from "zod";

/** Tools with which the suite sets off what it wants to see from outside. */
export function addDiagnosticTools(mcp: McpServer): void {
  mcp.tool(
    "test_missing_capability",
    { description: "Needs a client that can be asked for samples" },
    (_none, ctx) => {
      ctx.require({ sampling: {} });
      return "The client can be asked for samples";
    },
  );

  mcp.tool(
    "test_streaming_elicitation",
    { description: "Reports progress, and then asks" },
    async (_none, ctx) => {
      await ctx.progress(50, 100);
      const { action } = await ctx.elicit("Go on?");
      return `The user chose ${action}`;
    },
  );

  mcp.tool(
    "test_x_mcp_header",
    {
      description: "Takes an argument that travels as a header too",
      input: z.object({ region: z.string().meta({ "x-mcp-header": "Region" }) }),
    },
    ({ region }) => `Region: ${region}`,
  );

  const changingTool = mcp.tool("test_changing_tool", { description: revised(0) }, () => "Unchanged");
  const changingPrompt = mcp.prompt("test_changing_prompt", { description: revised(0) }, () => "Unchanged");
  mcp.tool("test_trigger_tool_change", { description: "Changes the list of tools" }, changer(changingTool));
  mcp.tool(
    "test_trigger_prompt_change",
    { description: "Changes the list of prompts" },
    changer(changingPrompt),
  );
}

const revised = (times: number): string => `Has been described anew ${String(times)} times`;

function changer(handle: Handle<{ readonly description?: string }>): () => string {
  let times = 0;
  return () => {
    times += 1;
    handle.update({ description: revised(times) });
    return `Changed ${handle.name}`;
  };
}
