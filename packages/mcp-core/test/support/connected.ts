import type { JsonObject } from "../../src/jsonrpc/messages.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import type { Wire } from "./link.js";
import { connectedClient, type ConnectedClient, type ConnectedOptions } from "./connected-client.js";
import { modern, type Script } from "./scripted-server.js";

/** A client of a server that offers everything. */
export interface Connected extends ConnectedClient {
  /** The requests since the client was connected, over all connections. */
  readonly asked: () => Wire[];
}

export const EVERYTHING: JsonObject = { tools: {}, resources: {}, prompts: {}, completions: {} };

const GREETINGS: ReadonlySet<string> = new Set(["server/discover", "initialize"]);

/** A client of a server that offers everything and answers as its script has it, once the two have greeted. */
export async function connected(
  script: Script,
  { clock, ...options }: Omit<ConnectedOptions, "clock"> & { readonly clock?: ManualClock } = {},
  greeting = modern(script, EVERYTHING),
): Promise<Connected> {
  const client = await connectedClient(greeting, options, clock);
  const asked = (): Wire[] =>
    client.server.connections
      .flatMap(({ received }) => received)
      .filter(({ id, method }) => id !== undefined && method !== undefined && !GREETINGS.has(method));
  return { ...client, asked };
}
