import { fileURLToPath } from "node:url";
import { commands } from "./cli/commands.js";
import { runCommandLine } from "./cli/run.js";

const { argv, env, execPath, platform, stdin, stdout, stderr } = process;

// A reader that has seen enough, as `head` has, is no failure.
stdout.on("error", () => undefined);

process.exitCode = await runCommandLine(argv.slice(2), commands, {
  program: fileURLToPath(import.meta.url),
  node: execPath,
  platform,
  env,
  stdin,
  stdout,
  stderr,
});
