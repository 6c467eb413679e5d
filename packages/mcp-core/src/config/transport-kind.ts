import { describe } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import type { TransportKind } from "./server-config.js";

/** What clients write, without case, hyphens and underscores. */
const KINDS: ReadonlyMap<unknown, TransportKind> = new Map([
  ["stdio", "stdio"],
  ["local", "stdio"],
  ["streamablehttp", "streamable-http"],
  ["http", "streamable-http"],
  ["sse", "sse"],
  ["ws", "ws"],
  ["websocket", "ws"],
]);

export interface KindFound {
  readonly kind: TransportKind;
  /** Nothing but the URL tells. */
  readonly isImplied?: true;
}

export type KindOrProblem = KindFound | { readonly member?: "transport" | "type"; readonly problem: string };

/** The transport of a server: as `transport` or `type` names it, or what `command` or `url` implies. */
export function transportKindOf(server: JsonObject): KindOrProblem {
  const { transport, type } = server;
  const named = { transport: kindNamed(transport), type: kindNamed(type) };
  for (const [member, value] of [
    ["transport", transport],
    ["type", type],
  ] as const) {
    if (value === undefined || named[member] !== undefined) continue;
    const problem = `must be "stdio", "streamable-http", "http", "sse" or "ws", not ${describe(value)}`;
    return { member, problem };
  }
  if (named.transport !== undefined && named.type !== undefined && named.transport !== named.type)
    return { problem: `has a "transport" and a "type" that contradict each other` };
  const kind = named.transport ?? named.type;
  return kind === undefined ? implied(server) : { kind };
}

function kindNamed(value: unknown): TransportKind | undefined {
  return typeof value === "string" ? KINDS.get(value.toLowerCase().replace(/[-_]/g, "")) : undefined;
}

function implied({ command, url }: JsonObject): KindOrProblem {
  if (command !== undefined && url !== undefined)
    return { problem: `has both "command" and "url"; say which it is with "transport"` };
  if (command !== undefined) return { kind: "stdio" };
  if (url === undefined) return { problem: `needs a "command" to start, or a "url" to connect to` };
  return {
    kind: typeof url === "string" && /^wss?:/i.test(url) ? "ws" : "streamable-http",
    isImplied: true,
  };
}
