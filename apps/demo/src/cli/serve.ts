import type { State } from "@towpath/mcp-core";
import { createNotebookServer } from "../server.js";
import { servingOn } from "../serving.js";
import { UsageError, type Command } from "./command.js";
import { readSettings, settingOptions } from "./settings.js";

const FAILED = 1;

const SAID = { notebook: "The notebook is at", page: "Try it at" } as const;

export const serve: Command = {
  summary: "serve the notebook to MCP clients",
  options: settingOptions,
  run: async (given, { env, stdin, stderr }) => {
    const settings = readSettings(given, env);
    // stdout belongs to MCP, when stdio is among the transports.
    const tell = (text: string): unknown => stderr.write(`${text}\n`);
    if (stdin.isTTY === true && settings.transports.includes("stdio"))
      tell("The notebook waits for an MCP client on stdin. `tour` shows what one does; Ctrl+D ends.");
    const state = settings.state && (await sharedState(settings.state));
    try {
      await createNotebookServer(undefined, state && { state }).run(
        ...servingOn(settings.transports, settings, (kind, url) => tell(`${SAID[kind]} ${url}`)),
      );
    } catch (error) {
      // As for a path that something else has.
      if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
      if (!isSystemError(error)) throw error;
      tell(`The notebook cannot be served: ${error.message}. --host and --port say where to listen.`);
      return FAILED;
    } finally {
      await state?.close();
    }
    return 0;
  },
};

/** Loaded only where it is asked for: a notebook by itself needs no Redis. */
async function sharedState(url: URL): Promise<State> {
  const { redisState } = await import("@towpath/state-redis");
  return redisState(url.href);
}

/** What the operating system refused, as a port that is taken. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
