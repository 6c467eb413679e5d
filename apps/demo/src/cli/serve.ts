import { createNotebookServer } from "../server.js";
import { transports } from "../transports.js";
import type { Command } from "./command.js";
import { readSettings, settingOptions } from "./settings.js";

export const serve: Command = {
  summary: "serve the notebook to MCP clients",
  options: settingOptions,
  run: async (given, { env, stdin, stderr }) => {
    const settings = readSettings(given, env);
    const chosen = settings.transports.flatMap((name) => transports.get(name)?.(settings) ?? []);
    if (stdin.isTTY === true && settings.transports.includes("stdio")) {
      stderr.write(
        "The notebook waits for an MCP client on stdin. `tour` shows what one does; Ctrl+D ends.\n",
      );
    }
    await createNotebookServer().run(...chosen);
    return 0;
  },
};
