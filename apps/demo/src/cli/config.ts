import type { Command, Surroundings } from "./command.js";

/** Where Claude Desktop keeps its configuration, by platform. */
const CONFIGURATION_FILES: ReadonlyMap<NodeJS.Platform, readonly [platform: string, path: string]> = new Map([
  ["darwin", ["macOS", "~/Library/Application Support/Claude/claude_desktop_config.json"]],
  ["win32", ["Windows", "%APPDATA%\\Claude\\claude_desktop_config.json"]],
  ["linux", ["Linux", "~/.config/Claude/claude_desktop_config.json"]],
]);

export const config: Command = {
  summary: "print what Claude Desktop needs to start this server",
  options: {},
  run: (_given, surroundings) => {
    const { stdout, stderr } = surroundings;
    stdout.write(`${JSON.stringify(clientConfiguration(surroundings), null, 2)}\n`);
    stderr.write(whereItGoes(surroundings.platform));
    return 0;
  },
};

export function clientConfiguration({ node, program }: Pick<Surroundings, "node" | "program">): object {
  return { mcpServers: { notebook: { command: node, args: [program, "serve"] } } };
}

/** Goes to stderr, so that stdout can be piped into a file. */
function whereItGoes(platform: NodeJS.Platform): string {
  const lines = [...CONFIGURATION_FILES].map(([key, [name, path]]) => {
    const here = key === platform ? "  <- this machine" : "";
    return `  ${name.padEnd(8)} ${path}${here}\n`;
  });
  return `\nClaude Desktop reads it from its configuration file; start it anew after a change:\n${lines.join("")}`;
}
