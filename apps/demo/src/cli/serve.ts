import { createNotebookServer } from "../server.js";
import { announced, transports } from "../transports.js";
import type { Command } from "./command.js";
import { readSettings, settingOptions } from "./settings.js";

const FAILED = 1;

export const serve: Command = {
  summary: "serve the notebook to MCP clients",
  options: settingOptions,
  run: async (given, { env, stdin, stderr }) => {
    const settings = readSettings(given, env);
    // stdout belongs to MCP, when stdio is among the transports.
    const tell = (text: string): unknown => stderr.write(`${text}\n`);
    const chosen = settings.transports.flatMap((name) => transports.get(name)?.create(settings) ?? []);
    if (stdin.isTTY === true && settings.transports.includes("stdio"))
      tell("The notebook waits for an MCP client on stdin. `tour` shows what one does; Ctrl+D ends.");
    try {
      await createNotebookServer().run(
        ...chosen.map((transport) => announced(transport, (url) => tell(`The notebook is at ${url}`))),
      );
    } catch (error) {
      if (!isSystemError(error)) throw error;
      tell(`The notebook cannot be served: ${error.message}. --host and --port say where to listen.`);
      return FAILED;
    }
    return 0;
  },
};

/** What the operating system refused, as a port that is taken. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
