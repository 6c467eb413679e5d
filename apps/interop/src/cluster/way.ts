import type { ClientTransport, McpClientOptions, McpServer } from "@towpath/mcp-core";
import type { Cluster, ClusterOptions } from "@towpath/mcp-core/testing";

/** Real connections, which a cluster knows nothing of. */
export interface Sockets {
  /** Breaks what leads to a node, or to all. */
  break(node?: string): Promise<void>;
  close(): Promise<void>;
}

/** How clients of a cluster reach it. */
export interface Way {
  readonly name: string;
  readonly client: Pick<McpClientOptions, "era" | "revisions">;
  readonly serve?: NonNullable<ClusterOptions<McpServer>["serve"]>;
  readonly transport: (cluster: Cluster<McpServer>) => ClientTransport;
  /** Where connections are real, and take real time. */
  readonly sockets?: Sockets;
  /** A call whose first message has come gets its result whatever becomes of its connection. */
  readonly resumes: boolean;
  /** A connection leads to one node: while that is drained, it is not the place of further calls. */
  readonly sticks: boolean;
  /** Subscriptions may end, and their clients are told, once so many things have happened to nodes or connections. */
  readonly deafAfter: number;
  /** Whatever happens to any node may touch a call, as its messages travel over several. */
  readonly spreads: boolean;
}
