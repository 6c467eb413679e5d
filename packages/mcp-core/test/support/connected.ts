import { McpClient } from "../../src/client/client.js";
import type { McpClientOptions } from "../../src/client/options.js";
import type { ReconnectBudget } from "../../src/contract/index.js";
import type { JsonObject } from "../../src/jsonrpc/messages.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { settled, type Wire } from "./link.js";
import {
  legacy,
  modern,
  scriptedServer,
  type FarEnd,
  type Script,
  type ScriptedServer,
} from "./scripted-server.js";

export interface ConnectedClient {
  readonly client: McpClient;
  readonly server: ScriptedServer;
  /** The first connection. */
  readonly end: FarEnd;
  readonly clock: ManualClock;
  /** The requests since the client was connected, over all connections. */
  readonly asked: () => Wire[];
}

export interface ConnectedOptions extends Omit<McpClientOptions, "clock"> {
  readonly clock?: ManualClock;
  readonly reconnect?: ReconnectBudget;
}

export const EVERYTHING: JsonObject = { tools: {}, resources: {}, prompts: {}, completions: {} };

/** Speaks the era a test is about. */
export const speaking = { handshake: legacy, stateless: modern } as const;

/** A client, on a clock that stands still, of a server that offers everything and answers as its script has it. */
export async function connected(
  script: Script,
  { reconnect, clock = new ManualClock(), ...options }: ConnectedOptions = {},
): Promise<ConnectedClient> {
  const server = scriptedServer(modern(script, EVERYTHING), reconnect === undefined ? {} : { reconnect });
  return connectedTo(server, clock, options);
}

/** The same with a server that greets, or is greeted, as the test wants it. */
export async function connectedTo(
  server: ScriptedServer,
  clock: ManualClock,
  options: Omit<McpClientOptions, "clock"> = {},
): Promise<ConnectedClient> {
  const client = await McpClient.connect(server.transport, { clock, ...options });
  await settled();
  const [end] = server.connections;
  if (end === undefined) throw new Error("The client did not connect");
  const greetings = new Set(["server/discover", "initialize"]);
  const asked = (): Wire[] =>
    server.connections
      .flatMap(({ received }) => received)
      .filter(({ id, method }) => id !== undefined && method !== undefined && !greetings.has(method));
  return { client, server, end, clock, asked };
}
