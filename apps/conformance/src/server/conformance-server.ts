import { McpServer } from "@towpath/mcp-core";
import { addAskingTools } from "./asking-tools.js";
import { addContentTools } from "./content-tools.js";
import { addDiagnosticTools } from "./diagnostic-tools.js";
import { addPrompts } from "./prompts.js";
import { addResources } from "./resources.js";
import { addRoundTools } from "./round-tools.js";
import { addRunningTools } from "./running-tools.js";
import { addSchemaTools } from "./schema-tools.js";
import { addTaskTools } from "./task-tools.js";

/** The server whose tools, prompts and resources the conformance suite expects by name. */
export function createConformanceServer(): McpServer {
  const mcp = new McpServer({ name: "towpath-conformance", version: "1.0.0" });
  addContentTools(mcp);
  addRunningTools(mcp);
  addAskingTools(mcp);
  addSchemaTools(mcp);
  addDiagnosticTools(mcp);
  addRoundTools(mcp);
  addTaskTools(mcp);
  addPrompts(mcp);
  addResources(mcp);
  return mcp;
}
