import type * as z from "zod/v4-mini";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { ConfigError, pathText, sortOf, type ConfigIssue, type Path } from "./config-error.js";
import { expand, processEnvironment, type Environment } from "./expand.js";
import { parseJsonText } from "./json-text.js";
import { isTransportsOwn } from "../http-client/own-headers.js";
import { httpSchema, stdioSchema, wsSchema } from "./schemas.js";
import type { ServerConfig, ServersConfig } from "./server-config.js";
import { transportKindOf, type KindFound } from "./transport-kind.js";

export interface ParseConfigOptions {
  /** What variables are looked up in. Default: the environment of this process; none where there is none. */
  readonly env?: Environment;
  /** Named in errors. */
  readonly file?: string;
}

/**
 * Reads what MCP clients keep their servers in: `{ "mcpServers": { … } }`, as JSON text or parsed already.
 * VS Code's `{ "servers": { … } }` is the same. In every string, `${NAME}` and `${NAME:-default}` are replaced
 * by environment variables.
 *
 * @throws ConfigError with all that is wrong
 */
export function parseConfig(value: unknown, options: ParseConfigOptions = {}): ServersConfig {
  const { env, file } = options;
  const root = typeof value === "string" ? parseJsonText(value, file) : value;
  const reading = new Reading(() => env ?? processEnvironment());
  const servers = reading.servers(root);
  if (reading.issues.length > 0) throw new ConfigError(reading.issues, file);
  return servers;
}

class Reading {
  readonly issues: ConfigIssue[] = [];
  readonly #servers = new Map<string, ServerConfig>();
  readonly #disabled: string[] = [];
  readonly #ignored: string[] = [];
  readonly #environment: () => Environment;

  constructor(environment: () => Environment) {
    this.#environment = environment;
  }

  servers(root: unknown): ServersConfig {
    const at =
      isObject(root) && root["mcpServers"] === undefined && isObject(root["servers"])
        ? "servers"
        : "mcpServers";
    const named = isObject(root) ? root[at] : undefined;
    if (!isObject(root)) this.#issue([], `must be an object with "mcpServers", not ${sortOf(root)}`);
    else if (named === undefined) this.#issue([], `has no "mcpServers"`);
    else if (!isObject(named))
      this.#issue([at], `must be an object with a member for each server, not ${sortOf(named)}`);
    else for (const [name, entry] of Object.entries<unknown>(named)) this.#entry([at, name], name, entry);
    return { servers: this.#servers, disabled: this.#disabled, ignored: this.#ignored };
  }

  #entry(path: Path, name: string, entry: unknown): void {
    if (!isObject(entry)) {
      this.#issue(path, `must be an object, not ${sortOf(entry)}`);
      return;
    }
    if (entry["disabled"] === true || entry["enabled"] === false) {
      this.#disabled.push(name);
      return;
    }
    const found = transportKindOf(entry);
    if ("problem" in found) {
      this.#issue(found.member === undefined ? path : [...path, found.member], found.problem);
      return;
    }
    const server = this.#server(found, path, entry);
    if (server !== undefined) this.#servers.set(name, server);
  }

  #server(
    { kind: transport, isImplied }: KindFound,
    path: Path,
    entry: JsonObject,
  ): ServerConfig | undefined {
    if (transport === "stdio") {
      const read = this.#read(stdioSchema, path, entry);
      if (read === undefined) return undefined;
      const { command, args = [], env, cwd } = read;
      return { transport, command, args, ...(env && { env }), ...(cwd !== undefined && { cwd }) };
    }
    const read = this.#read(transport === "ws" ? wsSchema : httpSchema, path, entry);
    if (read === undefined) return undefined;
    const { url, headers } = read;
    const mayBeOlder = transport === "streamable-http" && isImplied === true;
    return { transport, url, ...(mayBeOlder && { fallback: "sse" }), ...(headers && { headers }) };
  }

  #read<Schema extends z.ZodMiniObject>(
    schema: Schema,
    path: Path,
    entry: JsonObject,
  ): z.output<Schema> | undefined {
    const known = new Set(Object.keys(schema.shape));
    const expanded: Record<string, unknown> = {};
    const wrong = new Set<string>();
    for (const [name, member] of Object.entries<unknown>(entry)) {
      const at = [...path, name];
      if (!known.has(name)) this.#ignored.push(pathText(at));
      else
        expanded[name] = this.#expanded(name === "headers" ? this.#authors(member, at) : member, at, wrong);
    }
    const { data, error } = schema.safeParse(expanded);
    for (const issue of error?.issues ?? []) {
      // Paths are those of JSON: no symbols.
      const place = [...path, ...(issue.path as Path)];
      if (!wrong.has(pathText(place))) this.#issue(place, issue.message);
    }
    return data;
  }

  /** The headers without those that are not the author's to set. */
  #authors(headers: unknown, path: Path): unknown {
    if (!isObject(headers)) return headers;
    const entries = Object.entries<unknown>(headers);
    for (const [name] of entries) if (isTransportsOwn(name)) this.#ignored.push(pathText([...path, name]));
    return Object.fromEntries(entries.filter(([name]) => !isTransportsOwn(name)));
  }

  /** A string, and what is right below an array or an object: nothing that is read is nested deeper. */
  #expanded(value: unknown, path: Path, wrong: Set<string>): unknown {
    const one = (member: unknown, at: Path): unknown => {
      if (typeof member !== "string") return member;
      const { text, problems } = expand(member, this.#environment);
      if (problems.length > 0) wrong.add(pathText(at));
      for (const problem of problems) this.#issue(at, problem);
      return text;
    };
    if (Array.isArray(value)) return value.map((member, index) => one(member, [...path, index]));
    if (!isObject(value)) return one(value, path);
    return Object.fromEntries(
      Object.entries<unknown>(value).map(([name, member]) => [name, one(member, [...path, name])]),
    );
  }

  #issue(path: Path, message: string): void {
    this.issues.push({ path: pathText(path), message });
  }
}
