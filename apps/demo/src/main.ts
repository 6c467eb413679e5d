import { fileURLToPath } from "node:url";
import { commands } from "./cli/commands.js";
import { runCommandLine } from "./cli/run.js";

const { argv, env, execPath, platform, stdin, stdout, stderr } = process;

process.exitCode = await runCommandLine(argv.slice(2), commands, {
  program: fileURLToPath(import.meta.url),
  node: execPath,
  platform,
  env,
  stdin,
  stdout,
  stderr,
});
