import type { McpServer } from "@towpath/mcp-core";
import { z } from "zod";
import { PIXEL_PNG } from "./samples.js";

const SUGGESTIONS = ["paris", "park", "party", "testValue1"];
const startingWith = (typed: string): string[] => SUGGESTIONS.filter((value) => value.startsWith(typed));

const context = z.object({ context: z.string() });

export function addPrompts(mcp: McpServer): void {
  mcp.prompt(
    "test_simple_prompt",
    { description: "Has no arguments" },
    () => "This is a simple prompt for testing.",
  );

  mcp.prompt(
    "test_prompt_with_arguments",
    {
      description: "Has two arguments",
      input: z.object({
        arg1: z.string().describe("First test argument"),
        arg2: z.string().describe("Second test argument"),
      }),
      complete: { arg1: startingWith, arg2: startingWith },
    },
    ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  );

  mcp.prompt(
    "test_prompt_with_embedded_resource",
    {
      description: "Embeds a resource",
      input: z.object({ resourceUri: z.string().describe("URI of the resource to embed") }),
    },
    ({ resourceUri }) => [
      {
        type: "resource",
        resource: {
          uri: resourceUri,
          mimeType: "text/plain",
          text: "Embedded resource content for testing.",
        },
      },
      "Please process the embedded resource above.",
    ],
  );

  mcp.prompt("test_prompt_with_image", { description: "Shows an image" }, () => [
    { type: "image", data: PIXEL_PNG, mimeType: "image/png" },
    "Please analyze the image above.",
  ]);

  mcp.prompt(
    "test_input_required_result_prompt",
    { description: "Asks the user before it answers" },
    async (_none, ctx) => {
      const key = "user_context";
      const answer = await ctx.elicit("What context should the prompt use?", context, { key });
      return answer.action === "accept" ? `Use this context: ${answer.content.context}` : "Use no context.";
    },
  );
}
