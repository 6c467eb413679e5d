import { setTimeout as pause } from "node:timers/promises";
import { ToolError, type McpServer } from "@towpath/mcp-core";

/** Between the messages of one call, in ms: they are to arrive one by one. */
const STEP_MS = 50;

/** How long a client has to come back while a call goes on, in ms. */
const AWAY_MS = 100;

/** Tools that have something to tell, or something happen to them, while they run. */
export function addRunningTools(mcp: McpServer): void {
  mcp.tool(
    "test_tool_with_logging",
    { description: "Logs three times while it runs" },
    async (_none, { log }) => {
      log.info("Tool execution started");
      await pause(STEP_MS);
      log.info("Tool processing data");
      await pause(STEP_MS);
      log.info("Tool execution completed");
      return "Logged three times";
    },
  );

  mcp.tool(
    "test_logging_tool",
    { description: "Logs once, which only a client that asked for it may see" },
    (_none, { log }) => {
      log.info("Logged once");
      return "Logged once";
    },
  );

  mcp.tool(
    "test_tool_with_progress",
    { description: "Reports progress three times" },
    async (_none, { progress }) => {
      await progress(0, 100);
      await pause(STEP_MS);
      await progress(50, 100);
      await pause(STEP_MS);
      await progress(100, 100);
      return "Reported progress";
    },
  );

  mcp.tool("test_error_handling", { description: "Always fails" }, () => {
    throw new ToolError("This tool intentionally returns an error for testing");
  });

  mcp.tool(
    "test_reconnection",
    { description: "Ends the connection of its own call, and then answers" },
    async (_none, { closeStream }) => {
      closeStream();
      await pause(AWAY_MS);
      return "Answered after the connection had ended";
    },
  );
}
