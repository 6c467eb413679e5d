import { transports, type ListenOptions } from "../transports.js";
import { UsageError, type Given, type Option } from "./command.js";

/** How to serve. */
export interface Settings extends ListenOptions {
  /** Names of transports, each once. */
  readonly transports: readonly string[];
}

interface Setting<Value> extends Option {
  readonly variable: string;
  readonly fallback: Value;
  /** @throws Error with what it has to be */
  readonly read: (texts: readonly string[]) => Value;
}

const names = [...transports.keys()].join(", ");

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

/** The options of `serve`; each has an environment variable, which it wins over. */
export const settingOptions = { transport, host, port };

/** @throws UsageError naming the option or the variable that is wrong */
export function readSettings(given: Given, env: Readonly<Record<string, string | undefined>>): Settings {
  const read = <Value>(name: string, setting: Setting<Value>): Value => {
    const values = given.get(name);
    if (values !== undefined) return readFrom(`--${name}`, setting, values);
    const text = env[setting.variable];
    return text === undefined || text === "" ? setting.fallback : readFrom(setting.variable, setting, [text]);
  };
  return { transports: read("transport", transport), host: read("host", host), port: read("port", port) };
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
