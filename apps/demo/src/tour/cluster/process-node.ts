import { HttpNotebook } from "../http-notebook.js";
import type { ServerProgram } from "../target.js";
import type { StartNode } from "./node.js";

/** Nodes that are processes, and share a Redis. */
export function processNodes(server: ServerProgram, state: URL, stderr: (text: string) => void): StartNode {
  return async () => {
    const notebook = new HttpNotebook(server, stderr, state);
    return {
      url: await notebook.url("streamable-http"),
      kill: () => notebook.kill(),
      drain: async () => {
        const { by, exitCode, signal } = await notebook.end();
        if (exitCode !== 0)
          throw new Error(`A node was told to end by ${by}, and ended with ${String(exitCode ?? signal)}`);
      },
    };
  };
}
