import { setTimeout as pause } from "node:timers/promises";
import { InternalError, ToolError, type McpServer } from "@towpath/mcp-core";
import { z } from "zod";

/** How long the tasks that fail are at work before, in ms. */
const WORK_MS = 200;

const name = z.object({ name: z.string() });
const confirmation = z.object({ confirm: z.boolean() });

/** Tools whose calls become tasks, and one whose calls never do. */
export function addTaskTools(mcp: McpServer): void {
  mcp.tool("greet", { description: "Greets at once", input: name }, (person) => `Hello, ${person.name}!`);

  mcp.tool(
    "slow_compute",
    {
      description: "Takes as long as it is told to",
      input: z.object({ seconds: z.number().min(0), label: z.string().optional() }),
      task: true,
    },
    async ({ seconds, label = "the work" }, { signal }) => {
      await pause(seconds * 1000, undefined, { signal });
      return `Done with ${label} after ${String(seconds)} s`;
    },
  );

  mcp.tool("failing_job", { description: "Fails after a while", task: "required" }, async () => {
    await pause(WORK_MS);
    throw new ToolError("This job fails, as it is meant to");
  });

  mcp.tool(
    "protocol_error_job",
    { description: "Ends with an error of the protocol", task: true },
    async () => {
      await pause(WORK_MS);
      throw new InternalError("This job cannot be served, as it is meant to");
    },
  );

  addAskingTasks(mcp);
}

function addAskingTasks(mcp: McpServer): void {
  mcp.tool(
    "confirm_delete",
    { description: "Asks before it goes on", input: z.object({ filename: z.string() }), task: true },
    async ({ filename }, ctx) => {
      const answer = await ctx.elicit(`Delete ${filename}?`, confirmation);
      return answer.action === "accept" && answer.content.confirm
        ? `Deleted ${filename}`
        : `Kept ${filename}`;
    },
  );

  mcp.tool("multi_input", { description: "Asks two things at once", task: true }, async (_none, ctx) => {
    const answers = await ctx.ask({
      user_name: { message: "What is your name?", schema: name },
      go_on: { message: "Go on?", schema: confirmation },
    });
    return JSON.stringify(answers);
  });

  mcp.tool(
    "test_tool_with_task",
    {
      description: "Asks for a name first, and becomes a task then",
      task: {
        required: true,
        before: (_none, ctx) => ctx.elicit("What is your name?", name, { key: "user_name" }),
      },
    },
    (_none, _ctx, answer) =>
      answer.action === "accept" ? `Hello, ${answer.content.name}!` : `No name: ${answer.action}`,
  );
}
