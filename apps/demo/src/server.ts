import { McpServer, type McpServerOptions } from "@towpath/mcp-core";
import { addAskingTools } from "./asking-tools.js";
import { Notebook } from "./notebook.js";
import { addPrompts } from "./prompts.js";
import { addResources } from "./resources.js";
import { addTaskTools } from "./task-tools.js";
import { addTools } from "./tools.js";

/**
 * A notebook that models can write to and search. Every server has one of its own, in memory.
 * @param shared what it shares with other nodes; the notes are not
 */
export function createNotebookServer(
  notebook = new Notebook(),
  shared: Pick<McpServerOptions, "state"> = {},
): McpServer {
  const mcp = new McpServer(
    { name: "notebook", title: "Notebook", version: "1.0.0" },
    {
      instructions: "Look with search_notes before you add a note, so that nothing is kept twice.",
      ...shared,
    },
  );
  addTools(mcp, notebook);
  addAskingTools(mcp, notebook);
  addTaskTools(mcp, notebook);
  addPrompts(mcp, notebook, addResources(mcp, notebook));
  return mcp;
}
