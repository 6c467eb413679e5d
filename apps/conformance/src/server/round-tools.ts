import type { AskedQuestion, Context, McpServer } from "@towpath/mcp-core";
import { z } from "zod";

const name = z.object({ name: z.string() });
const color = z.object({ color: z.string() });
const confirmation = z.object({ ok: z.boolean() });

const sampled = (text: string, maxTokens: number) => ({
  messages: [{ role: "user" as const, content: { type: "text" as const, text } }],
  maxTokens,
});

/** Confirms, so that a second round has a state to bring back. */
async function confirmed(_none: unknown, ctx: Context): Promise<string> {
  const { action } = await ctx.elicit("Please confirm", confirmation, { key: "confirm" });
  return `state-ok: ${action}`;
}

/** Every question that the client has declared it can be asked. */
function askable({
  sampling,
  elicitation,
}: Context["client"]["capabilities"]): Record<string, AskedQuestion> {
  return {
    ...(sampling !== undefined && { greeting: sampled("Generate a greeting", 50) }),
    ...(elicitation !== undefined && { user_name: { message: "What is your name?", schema: name } }),
  };
}

/** Tools that ask the client in between rounds, as the stateless era knows it. */
export function addRoundTools(mcp: McpServer): void {
  const tool = (
    suffix: string,
    description: string,
    handler: (none: unknown, ctx: Context) => Promise<string>,
  ) => mcp.tool(`test_input_required_result_${suffix}`, { description }, handler);

  tool("elicitation", "Asks for a name", async (_none, ctx) => {
    const answer = await ctx.elicit("What is your name?", name, { key: "user_name" });
    return answer.action === "accept" ? `Hello, ${answer.content.name}!` : `No name: ${answer.action}`;
  });

  tool("sampling", "Asks the client's model", async (_none, ctx) => {
    const answer = await ctx.sample(sampled("What is the capital of France?", 100), {
      key: "capital_question",
    });
    return JSON.stringify(answer.content);
  });

  tool("list_roots", "Asks for the client's roots", async (_none, ctx) => {
    const roots = await ctx.roots({ key: "client_roots" });
    return `Roots: ${roots.map((root) => root.uri).join(", ")}`;
  });

  tool("request_state", "Asks once, with a state that comes back", confirmed);
  tool("tampered_state", "Asks once, with a state that nobody may change", confirmed);

  tool("multiple_inputs", "Asks three things at once", async (_none, ctx) => {
    const answers = await ctx.ask({
      user_name: { message: "What is your name?", schema: name },
      greeting: sampled("Generate a greeting", 50),
      client_roots: "roots",
    });
    return JSON.stringify(answers);
  });

  tool("multi_round", "Asks two things, one after the other", async (_none, ctx) => {
    const first = await ctx.elicit("Step 1: What is your name?", name, { key: "step1" });
    const second = await ctx.elicit("Step 2: What is your favorite color?", color, { key: "step2" });
    return JSON.stringify({ first, second });
  });

  tool("capabilities", "Asks what the client declared that it can be asked", async (_none, ctx) =>
    JSON.stringify(await ctx.ask(askable(ctx.client.capabilities))),
  );
}
