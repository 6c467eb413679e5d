import { McpClient } from "../../src/client/client.js";
import type { McpClientOptions } from "../../src/client/options.js";
import type { ReconnectBudget } from "../../src/contract/index.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { settled, type Wire } from "./link.js";
import { scriptedServer, type FarEnd, type Script, type ScriptedServer } from "./scripted-server.js";

export interface ConnectedClient {
  readonly client: McpClient;
  readonly server: ScriptedServer;
  /** The far end of the first connection. */
  readonly end: FarEnd;
  readonly clock: ManualClock;
  /** What the client sent on the first connection since that was made. */
  readonly later: () => Wire[];
}

export interface ConnectedOptions extends McpClientOptions {
  readonly reconnect?: ReconnectBudget;
}

/** A client of a server that is silent but for its script, on a clock that stands still. */
export async function connectedClient(
  script: Script,
  { reconnect, ...options }: ConnectedOptions = {},
  clock = new ManualClock(),
): Promise<ConnectedClient> {
  const server = scriptedServer(script, reconnect === undefined ? {} : { reconnect });
  const client = await McpClient.connect(server.transport, { clock, ...options });
  await settled();
  const [end] = server.connections;
  if (end === undefined) throw new Error("The client did not connect");
  const before = end.received.length;
  return { client, server, end, clock, later: () => end.received.slice(before) };
}
