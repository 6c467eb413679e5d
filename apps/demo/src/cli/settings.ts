import { listeningOf, transports, type ListenOptions } from "../transports.js";
import { UsageError, type Given, type Option } from "./command.js";

/** How to serve. */
export interface Settings extends ListenOptions {
  /** Names of transports, each once. */
  readonly transports: readonly string[];
  /** Where nodes keep what they share, with its password if it has one. Absent: nothing is shared. */
  readonly state: URL | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<Value> extends Option {
  readonly variable: string;
  readonly fallback: Value;
  /** @throws Error with what it has to be */
  readonly read: (texts: readonly string[]) => Value;
}

const names = [...transports.keys()].join(", ");
const listening = listeningOf([...transports.keys()]).map(([name]) => name);
const STREAMABLE_HTTP = "streamable-http";

const transport: Setting<readonly string[]> = {
  value: "<name>",
  help: `how to serve, once for each transport: ${names} (default: stdio)`,
  variable: "TOWPATH_TRANSPORT",
  fallback: ["stdio"],
  read: (texts) => {
    const wanted = texts.flatMap((text) => text.split(",")).map((name) => name.trim());
    const unknown = wanted.find((name) => !transports.has(name));
    if (unknown !== undefined) throw new Error(`must be one of: ${names}; not ${JSON.stringify(unknown)}`);
    return [...new Set(wanted)];
  },
};

const host: Setting<string> = {
  value: "<host>",
  help: "where to listen, for transports that do (default: 127.0.0.1)",
  variable: "TOWPATH_HOST",
  fallback: "127.0.0.1",
  read: (texts) => {
    const text = lastOf(texts);
    if (/^[^\s/]+$/.test(text)) return text;
    throw new Error(`must be a host name or an address, not ${JSON.stringify(text)}`);
  },
};

const port: Setting<number> = {
  value: "<port>",
  help: "where to listen, for transports that do; 0 takes a free one (default: 8000)",
  variable: "TOWPATH_PORT",
  fallback: 8000,
  read: (texts) => {
    const text = lastOf(texts);
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    throw new Error(`must be a whole number from 0 to 65535, not ${JSON.stringify(text)}`);
  },
};

const path: Setting<string> = {
  value: "<path>",
  help: "the path of Streamable HTTP (default: /mcp)",
  variable: "TOWPATH_PATH",
  fallback: "/mcp",
  read: (texts) => {
    const text = lastOf(texts);
    if (/^\/[^\s?#]*$/.test(text)) return text;
    throw new Error(`must be a path that begins with a slash, not ${JSON.stringify(text)}`);
  },
};

const sessions: Setting<boolean> = {
  help: "keep sessions over Streamable HTTP, so that older clients are asked, and told of changes (default: on)",
  negatable: true,
  variable: "TOWPATH_SESSIONS",
  fallback: true,
  read: (texts) => {
    const text = lastOf(texts);
    if (text === "true" || text === "false") return text === "true";
    throw new Error(`must be true or false, not ${JSON.stringify(text)}`);
  },
};

const REDIS = ["redis:", "rediss:"];

const state: Setting<URL | undefined> = {
  value: "<url>",
  help: "a Redis, as redis://… or rediss://…, that several nodes share (default: memory, for one node alone)",
  variable: "TOWPATH_STATE",
  fallback: undefined,
  read: (texts) => {
    const text = lastOf(texts);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && REDIS.includes(url.protocol) && url.hostname !== "") return url;
    // It may have a password in it, so it is not repeated.
    throw new Error("must be the URL of a Redis, such as redis://127.0.0.1:6379");
  },
};

/** How to serve; each has an environment variable, which it wins over. */
export const settingOptions = { transport, host, port, path, sessions, state };

/** @throws UsageError naming the option or the variable that is wrong, or the option that nothing would heed */
export function readSettings(given: Given, env: Environment): Settings {
  const read = readerOf(given, env);
  const settings = {
    transports: read("transport", transport),
    host: read("host", host),
    port: read("port", port),
    path: read("path", path),
    sessions: read("sessions", sessions),
    state: read("state", state),
  };
  refuseIdle(given, settings.transports);
  return settings;
}

/**
 * Where nodes keep what they share, alone.
 * @throws UsageError
 */
export function readState(given: Given, env: Environment): URL | undefined {
  return readerOf(given, env)("state", state);
}

function readerOf(given: Given, env: Environment): <Value>(name: string, setting: Setting<Value>) => Value {
  return (name, setting) => {
    const values = given.get(name);
    if (values !== undefined) return readFrom(`--${name}`, setting, values);
    const text = env[setting.variable];
    return text === undefined || text === "" ? setting.fallback : readFrom(setting.variable, setting, [text]);
  };
}

/** The options that not every transport heeds, and the transports that do. */
const heeding: readonly (readonly [
  options: readonly string[],
  transports: readonly string[],
  are: string,
])[] = [
  [["host", "port", "path", "sessions"], listening, "for transports that listen"],
  [["path", "sessions"], [STREAMABLE_HTTP], "for Streamable HTTP"],
];

/** The environment may be meant for another time; what is typed is meant. */
function refuseIdle(given: Given, chosen: readonly string[]): void {
  for (const [options, heeds, are] of heeding) {
    const idle = options.find((name) => given.has(name));
    if (idle === undefined || heeds.some((name) => chosen.includes(name))) continue;
    throw new UsageError(`--${idle} is ${are}: add --transport ${heeds.join(" or ")}`);
  }
}

function readFrom<Value>(source: string, setting: Setting<Value>, texts: readonly string[]): Value {
  try {
    return setting.read(texts);
  } catch (error) {
    throw new UsageError(`${source} ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function lastOf(texts: readonly string[]): string {
  return texts.at(-1) ?? "";
}
