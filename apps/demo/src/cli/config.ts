import { listeningOf, transports, type ListeningKind } from "../transports.js";
import { UsageError, type Command, type Surroundings } from "./command.js";
import { readSettings, settingOptions, type Settings } from "./settings.js";

/** Where Claude Desktop keeps its configuration, by platform. */
const CONFIGURATION_FILES: ReadonlyMap<NodeJS.Platform, readonly [platform: string, path: string]> = new Map([
  ["darwin", ["macOS", "~/Library/Application Support/Claude/claude_desktop_config.json"]],
  ["win32", ["Windows", "%APPDATA%\\Claude\\claude_desktop_config.json"]],
  ["linux", ["Linux", "~/.config/Claude/claude_desktop_config.json"]],
]);

/** Hosts that stand for every address of a machine, and the one a client on it uses. */
const REACHABLE: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
]);

type Program = Pick<Surroundings, "node" | "program">;

export const config: Command = {
  summary: "print what a client needs to start this server, or to connect to it",
  options: {
    ...settingOptions,
    sessions: { ...settingOptions.sessions, help: "as given to serve; clients need not know of it" },
  },
  run: (given, surroundings) => {
    const { stdout, stderr, env, platform } = surroundings;
    const settings = readSettings(given, env);
    stdout.write(asText(clientConfiguration(surroundings, settings)));
    // Everything else goes to stderr, so that stdout can be piped into a file.
    if (settings.transports.includes("stdio")) stderr.write(whereItGoes(platform));
    if (listeningOf(settings.transports).length === 0 && settings.port !== 0)
      stderr.write(byUrl(surroundings, settings));
    return 0;
  },
};

/** @throws UsageError when clients could not know where to connect */
export function clientConfiguration(program: Program, settings: Settings): object {
  const nameOf = (transport: string): string =>
    settings.transports.length === 1 ? "notebook" : `notebook-${transport}`;
  const entries = settings.transports.map(
    (transport) => [nameOf(transport), entryFor(transport, program, settings)] as const,
  );
  return { mcpServers: Object.fromEntries(entries) };
}

function entryFor(transport: string, { node, program }: Program, settings: Settings): object {
  const kind = transports.get(transport);
  return kind?.listens === true
    ? { transport, url: urlOf(kind, settings) }
    : { command: node, args: [program, "serve"] };
}

function urlOf(kind: ListeningKind, settings: Settings): string {
  const { host, port } = settings;
  if (port === 0)
    throw new UsageError("--port must be the one that is served on, as clients cannot look for it");
  const reachable = REACHABLE.get(host) ?? host;
  const place = reachable.includes(":") ? `[${reachable}]` : reachable;
  return `${kind.scheme}://${place}:${String(port)}${kind.path(settings)}`;
}

function whereItGoes(platform: NodeJS.Platform): string {
  const lines = [...CONFIGURATION_FILES].map(([key, [name, path]]) => {
    const here = key === platform ? "  <- this machine" : "";
    return `  ${name.padEnd(8)} ${path}${here}\n`;
  });
  return `\nClaude Desktop reads it from its configuration file; start it anew after a change:\n${lines.join("")}`;
}

function byUrl(program: Program, settings: Settings): string {
  const entry = clientConfiguration(program, { ...settings, transports: ["streamable-http"] });
  return [
    "\nClients that connect by URL, while `serve --transport streamable-http` runs, take this instead",
    "(`config --transport streamable-http` prints it alone):\n",
    asText(entry),
  ].join("\n");
}

function asText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
