import type { McpServer } from "@towpath/mcp-core";
import { jsonSchema } from "@towpath/mcp-core/json-schema";
import { z } from "zod";

const contact = z.object({
  username: z.string().describe("User's response"),
  email: z.string().describe("User's email address"),
});

const withDefaults = z.object({
  name: z.string().default("John Doe"),
  age: z.int().default(30),
  score: z.number().default(95.5),
  status: z.enum(["active", "inactive", "pending"]).default("active"),
  verified: z.boolean().default(true),
});

const titled = (...options: readonly (readonly [value: string, title: string])[]) =>
  options.map(([value, title]) => ({ const: value, title }));

const everyChoice = jsonSchema({
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: {
      type: "string",
      oneOf: titled(["value1", "First Option"], ["value2", "Second Option"], ["value3", "Third Option"]),
    },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: {
      type: "array",
      items: {
        anyOf: titled(["value1", "First Choice"], ["value2", "Second Choice"], ["value3", "Third Choice"]),
      },
    },
  },
});

/** Tools that ask the client while they run, as the handshake era knows it. */
export function addAskingTools(mcp: McpServer): void {
  mcp.tool(
    "test_sampling",
    { description: "Asks the client's model", input: z.object({ prompt: z.string() }) },
    async ({ prompt }, ctx) => {
      const answer = await ctx.sample({
        messages: [{ role: "user", content: { type: "text", text: prompt } }],
        maxTokens: 100,
      });
      return `LLM response: ${JSON.stringify(answer.content)}`;
    },
  );

  mcp.tool(
    "test_elicitation",
    { description: "Asks the user who they are", input: z.object({ message: z.string() }) },
    async ({ message }, ctx) => `User response: ${JSON.stringify(await ctx.elicit(message, contact))}`,
  );

  mcp.tool(
    "test_elicitation_sep1034_defaults",
    { description: "Asks with a form whose fields have defaults" },
    async (_none, ctx) => {
      const answer = await ctx.elicit("Please review and update the form fields", withDefaults);
      return `Elicitation completed: ${JSON.stringify(answer)}`;
    },
  );

  mcp.tool(
    "test_elicitation_sep1330_enums",
    { description: "Asks with a form that has every kind of choice" },
    async (_none, ctx) => {
      const answer = await ctx.elicit("Please select options", everyChoice);
      return `Elicitation completed: ${JSON.stringify(answer)}`;
    },
  );
}
