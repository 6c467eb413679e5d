import type { ClientTransport, Dispatcher } from "../../contract/index.js";
import type { Clock } from "../../protocol/clock.js";
import { ConnectionLostError } from "../../protocol/errors.js";
import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../manual-clock.js";
import { Activity } from "./activity.js";
import { Node, type ClusterNode, type NodeParts, type NodeStart } from "./cluster-node.js";
import type { Connection } from "./connection.js";
import type { FetchService } from "./http-connection.js";
import { seededPick } from "./random.js";

/** Says which node gets what is new: one of those that are up. `request` is absent for `transport()`. */
export type Route = (
  nodes: readonly [ClusterNode, ...ClusterNode[]],
  request: Request | undefined,
) => ClusterNode;

export interface ClusterOptions<Server extends Dispatcher = Dispatcher> {
  /** Serves a node's server over HTTP: `(mcp, { clock }) => fetchHandler(mcp, { sessions: true, clock })`. */
  readonly serve?: (server: Server, parts: NodeParts) => FetchService;
  /** Decides where requests go, so that a test that failed can be repeated. Default: one of its own for each cluster. */
  readonly seed?: number;
  /** Where clients find it. Default: `http://localhost/mcp`. */
  readonly url?: string;
  /** How long a call is on its way to the state, and its outcome back, in ms on the clock. Default: no time at all. */
  readonly stateLatencyMs?: number;
  /** Default: one that stands still. */
  readonly clock?: ManualClock;
  /** What the nodes share. Default: `memoryState({ clock })`, which is closed with the cluster. */
  readonly state?: State;
}

/** Nodes of one server that share a state, behind a balancer that knows nothing of sessions; all in this process. */
export interface Cluster<Server extends Dispatcher = Dispatcher> {
  /** All there ever were, in the order they were added. */
  readonly nodes: readonly ClusterNode<Server>[];
  /** The one in this place. Throws `RangeError` where there is none. */
  node(place: number): ClusterNode<Server>;
  readonly clock: ManualClock;
  /** What requests are routed by, for messages of tests that fail. */
  readonly seed: number;
  /** For clients over HTTP, with {@link fetch}. */
  readonly url: string;
  /** Sends a request to some node that is up; answers 503 if none is. For the `fetch` option of clients over HTTP. */
  readonly fetch: typeof globalThis.fetch;
  /** How requests find their node. Default: at random, by the seed. */
  route: Route;
  /** Connections of clients that are open. */
  readonly connections: number;
  /** Connects a client to some node, each connection to one, as over pipes; it connects anew when that is lost. */
  transport(): ClientTransport;
  /** Starts one more node. */
  add(): Promise<ClusterNode<Server>>;
  /** Breaks connections to any node, or those of them that are meant; both ends see that. Gives how many. */
  cut(which?: (connection: Connection) => boolean): number;
  /** From now on no node can reach the state, until `restore`. */
  outage(): void;
  restore(): void;
  /** Lets `ms` pass on the clock, and whatever that leads to happen at its time. */
  advance(ms: number): Promise<void>;
  /**
   * Lets time pass until the promise settles, for at most `ms` on the clock, and gives what it settles with.
   * @throws Error when it has not settled by then
   */
  within<T>(ms: number, promise: Promise<T>): Promise<T>;
  /** Settles when all that was about to happen at once has happened, without that time passes. */
  settled(): Promise<void>;
  /** Ends all nodes, as with {@link ClusterNode.kill}, and the state. */
  close(): Promise<void>;
}

/**
 * Starts `count` nodes of a server, in memory. To be closed when its test ends.
 *
 * ```ts
 * const cluster = await createCluster(3, ({ state, clock }) => notebook({ state, clock }), {
 *   serve: (mcp, { clock }) => fetchHandler(mcp, { sessions: true, clock }),
 * });
 * const { url, fetch, clock } = cluster;
 * const client = await McpClient.connect(streamableHttpClient(url, { fetch, clock }), { clock });
 * ```
 *
 * @param create makes the server of one node; nothing but the state is to be shared with those of others
 */
export async function createCluster<Server extends Dispatcher>(
  count: number,
  create: (parts: NodeParts) => Server | Promise<Server>,
  options: ClusterOptions<Server> = {},
): Promise<Cluster<Server>> {
  const cluster = new MemoryCluster(create, options);
  try {
    for (let place = 0; place < count; place++) await cluster.add();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** As often as it takes: the balancer has another node. */
const RECONNECT: ClientTransport["reconnect"] = {
  attempts: 12,
  windowMs: 120_000,
  delayMs: 250,
  maxDelayMs: 10_000,
  repeats: true,
  eager: true,
};

/** What time passes by at least, in ms: nodes that beat a little later than each other are served together. */
const STEP_MS = 50;

class MemoryCluster<Server extends Dispatcher> implements Cluster<Server> {
  readonly clock: ManualClock;
  readonly seed: number;
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  route: Route;
  readonly #nodes: Node<Server>[] = [];
  readonly #start: NodeStart<Server>;
  readonly #ownState: State | undefined;
  readonly #activity = new Activity();

  constructor(create: NodeStart<Server>["create"], options: ClusterOptions<Server>) {
    const { seed = Math.floor(Math.random() * 2 ** 31), url = "http://localhost/mcp" } = options;
    const { clock = new ManualClock(), stateLatencyMs = 0, serve } = options;
    this.clock = clock;
    this.seed = seed;
    this.url = url;
    const state = options.state ?? memoryState({ clock });
    this.#ownState = options.state === undefined ? state : undefined;
    const pick = seededPick(seed);
    this.route = (nodes) => nodes[pick(nodes.length)] ?? nodes[0];
    this.fetch = async (input, init) => this.#fetch(new Request(input, init));
    this.#start = {
      create,
      serve,
      clock,
      state,
      delay: stateLatencyMs > 0 ? () => elapsed(clock, stateLatencyMs) : undefined,
      activity: this.#activity,
    };
  }

  get nodes(): readonly Node<Server>[] {
    return this.#nodes;
  }

  node(place: number): Node<Server> {
    const node = this.#nodes[place];
    if (node !== undefined) return node;
    throw new RangeError(
      `The cluster has nodes 0 to ${String(this.#nodes.length - 1)}, and no node ${String(place)}`,
    );
  }

  get connections(): number {
    return this.#nodes.reduce((sum, { connections }) => sum + connections, 0);
  }

  transport(): ClientTransport {
    return {
      name: "memory",
      ...(RECONNECT !== undefined && { reconnect: RECONNECT }),
      connect: async (receiver) => {
        const node = this.#routed(undefined);
        if (node !== undefined) return node.connect(receiver);
        throw new ConnectionLostError("No node of the cluster is up", { mayHaveBeenDelivered: false });
      },
    };
  }

  async add(): Promise<Node<Server>> {
    const node = await Node.start(`node ${String(this.#nodes.length)}`, this.#start);
    this.#nodes.push(node);
    return node;
  }

  cut(which?: (connection: Connection) => boolean): number {
    return this.#nodes.reduce((sum, node) => sum + node.cut(which), 0);
  }

  outage(): void {
    for (const node of this.#nodes) node.outage();
  }

  restore(): void {
    for (const node of this.#nodes) node.restore();
  }

  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.settled();
    for (let next = this.#nextStep(end); next < end; next = this.#nextStep(end)) await this.#pass(next);
    await this.#pass(end);
  }

  async within<T>(ms: number, promise: Promise<T>): Promise<T> {
    const progress = { settled: false };
    const settle = (): void => void (progress.settled = true);
    const isSettled = (): boolean => progress.settled;
    promise.then(settle, settle);
    const end = this.clock.now() + ms;
    await this.settled();
    while (!isSettled() && this.clock.now() < end) {
      // Where no time is waited for, it is something outside of the cluster that takes its time.
      if ((this.clock.nextDue ?? Infinity) > end) await this.#activity.patience(isSettled);
      if (!isSettled()) await this.#pass(this.#nextStep(end));
    }
    await this.#activity.patience(isSettled);
    if (!isSettled()) throw new Error(`It has not settled within ${String(ms)} ms`);
    return promise;
  }

  settled(): Promise<void> {
    return this.#activity.settled();
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) node.kill();
    await this.#ownState?.close();
  }

  async #fetch(request: Request): Promise<Response> {
    const node = this.#routed(request);
    if (node === undefined) return new Response("No node of the cluster is up", { status: 503 });
    return node.fetch(request);
  }

  #routed(request: Request | undefined): Node<Server> | undefined {
    const [first, ...others] = this.#nodes.filter(({ status }) => status === "up");
    if (first === undefined) return undefined;
    const chosen = this.route([first, ...others], request);
    // A node that is not up may be chosen, too: a balancer takes a moment to learn of it.
    return this.#nodes.find((node) => node === chosen);
  }

  /** When something is due next, up to `end`. */
  #nextStep(end: number): number {
    const due = this.clock.nextDue ?? Infinity;
    return Math.min(end, Math.max(due, this.clock.now() + STEP_MS));
  }

  async #pass(until: number): Promise<void> {
    this.clock.advance(until - this.clock.now());
    await this.settled();
  }
}

function elapsed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.schedule(ms, resolve));
}
