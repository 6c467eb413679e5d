import type { McpClient } from "@towpath/mcp-core";

/** Where in the order of a load balancer a node stands: one that replaces it stands there as well. */
export const PLACES = ["A", "B", "C"] as const;
export type Place = (typeof PLACES)[number];

/** One of several servers that share their state. */
export interface ServingNode {
  /** Of Streamable HTTP. */
  readonly url: URL;
  /** Ends it without its taking part. */
  kill(): Promise<void>;
  /**
   * Ends it as a deployment does: what is in flight finishes.
   * @throws Error when it does not end well
   */
  drain(): Promise<void>;
}

/** Settles once it serves. */
export type StartNode = () => Promise<ServingNode>;

/** A node in its place. */
export interface PlacedNode extends ServingNode {
  readonly place: Place;
  /** The place, and from the second node there on how many there were: `C2`. */
  readonly name: string;
  /** Goes to this node alone, by no balancer. */
  readonly client: McpClient;
}
