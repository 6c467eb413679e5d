import type { Attempt } from "./keeper.js";
import { openClient, type NodeOptions } from "./node-client.js";

/** A Redis whose master is named by Sentinel. */
export interface SentinelOptions {
  /** Name of the master, as Sentinel's configuration has it. */
  readonly name: string;
  /** The sentinels. All are asked, and the first answer counts. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** How to connect to the master, besides its host and port: `username`, `password`, `database`, `socket.tls`. */
  readonly node?: NodeOptions | undefined;
  /** How to connect to the sentinels, besides host and port. */
  readonly sentinel?: NodeOptions | undefined;
}

/**
 * How to connect to the master of this moment: what the first sentinel says that answers and knows. Rejects with the
 * reason of one of them if none does.
 */
export async function findMaster(options: SentinelOptions, { signal }: Attempt): Promise<NodeOptions> {
  const asking = new AbortController();
  const abort = (): void => asking.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    // One that hangs must not keep the others from being heard.
    return await Promise.any(options.nodes.map((node) => ask(options, node, asking.signal)));
  } catch (cause) {
    throw cause instanceof AggregateError ? cause.errors[0] : cause;
  } finally {
    signal.removeEventListener("abort", abort);
    asking.abort(new Error("another sentinel answered"));
  }
}

async function ask(
  { name, node, sentinel }: SentinelOptions,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<NodeOptions> {
  const client = await openClient(at(sentinel, host, port), { signal, lost: () => undefined });
  try {
    const reply: unknown = await client.sendCommand(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]);
    if (!Array.isArray(reply)) throw new Error(`Sentinel knows no master ${JSON.stringify(name)}`);
    return at(node, String(reply[0]), Number(reply[1]));
  } finally {
    client.destroy();
  }
}

function at(options: NodeOptions | undefined, host: string, port: number): NodeOptions {
  return { ...options, socket: { ...options?.socket, host, port } };
}
