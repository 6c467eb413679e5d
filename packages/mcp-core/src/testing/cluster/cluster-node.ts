import type { ClientConnection, Dispatcher, MessageReceiver } from "../../contract/index.js";
import type { Clock } from "../../protocol/clock.js";
import { ConnectionLostError } from "../../protocol/errors.js";
import type { State } from "../../state/contract.js";
import type { Activity } from "./activity.js";
import { Connections, type Connection } from "./connection.js";
import { HttpConnection, type FetchService } from "./http-connection.js";
import { NodeClock } from "./node-clock.js";
import { nodeView, type NodeView } from "./node-view.js";
import { Pipe } from "./pipe.js";

/** What a node's server is made with. */
export interface NodeParts {
  /** As in `node 2`; the same after a restart. */
  readonly name: string;
  /** The node's view of the state that all share. For `McpServer`. */
  readonly state: State;
  /** The cluster's clock, as long as the node lives. For `McpServer`, and for what serves it. */
  readonly clock: Clock;
}

/**
 * `up`: gets new requests; `draining`: gets none, and finishes those it has; `drained`, `killed`: it is no more,
 * until it is restarted.
 */
export type NodeStatus = "up" | "draining" | "drained" | "killed";

/** One of the processes of a cluster, played by objects of this one. */
export interface ClusterNode<Server extends Dispatcher = Dispatcher> {
  readonly name: string;
  readonly status: NodeStatus;
  /** Of the latest start. */
  readonly server: Server;
  /**
   * Ends it as `kill -9` does: it says nothing more to the state, to its clients or to other nodes, and its clock
   * stands still; connections to it break. What its handlers do all the same reaches nobody.
   */
  kill(): void;
  /**
   * Ends it as SIGTERM does: new requests go elsewhere, and what is in flight has at most `timeoutMs` (default 5,000)
   * on the cluster's clock. Settles when it has ended; also when it is killed meanwhile.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Starts it anew, with nothing of what it had in memory; one that is up is killed first. */
  restart(): Promise<void>;
  /** Breaks its connections, or those of them that are meant; both ends see that. Gives how many. */
  cut(which?: (connection: Connection) => boolean): number;
  /** From now on it cannot reach the state, until `restore`. */
  outage(): void;
  restore(): void;
}

/** How a node is started. */
export interface NodeStart<Server extends Dispatcher> {
  readonly state: State;
  readonly clock: Clock;
  readonly delay: (() => Promise<void>) | undefined;
  readonly create: (parts: NodeParts) => Server | Promise<Server>;
  readonly serve: ((server: Server, parts: NodeParts) => FetchService) | undefined;
  readonly activity: Activity;
}

/** What ends with a process. */
interface Process<Server> {
  readonly server: Server;
  readonly service: FetchService | undefined;
  readonly view: NodeView;
  readonly clock: NodeClock;
  readonly connections: Connections;
  readonly pipes: Set<Pipe>;
}

const DRAIN_MS = 5_000;

export class Node<Server extends Dispatcher> implements ClusterNode<Server> {
  readonly name: string;
  readonly #start: NodeStart<Server>;
  #process: Process<Server>;
  #status: NodeStatus = "up";
  #drained: Promise<void> | undefined;
  #onKill: () => void = () => undefined;

  static async start<Server extends Dispatcher>(
    name: string,
    start: NodeStart<Server>,
  ): Promise<Node<Server>> {
    return new Node(name, start, await begin(name, start));
  }

  private constructor(name: string, start: NodeStart<Server>, process: Process<Server>) {
    this.name = name;
    this.#start = start;
    this.#process = process;
  }

  get status(): NodeStatus {
    return this.#status;
  }

  get server(): Server {
    return this.#process.server;
  }

  get connections(): number {
    return this.#process.connections.size;
  }

  /** @throws TypeError where nothing serves requests */
  async fetch(request: Request): Promise<Response> {
    const { service, connections } = this.#process;
    if (service === undefined)
      throw new TypeError("createCluster needs the option `serve` for clients that fetch");
    if (this.#isOver) throw new TypeError("fetch failed", { cause: new Error("The connection was refused") });
    return new HttpConnection(request, connections, this.#start.activity).answer(service);
  }

  /** @throws ConnectionLostError when it is no more */
  connect(receiver: MessageReceiver): ClientConnection {
    if (this.#isOver)
      throw new ConnectionLostError(`${this.name} is not up`, { mayHaveBeenDelivered: false });
    const { server, clock, connections, pipes } = this.#process;
    const { activity } = this.#start;
    const pipe = new Pipe({ dispatcher: server, clock, receiver, connections, activity });
    pipes.add(pipe);
    void pipe.client.closed.then(() => pipes.delete(pipe));
    return pipe.client;
  }

  get #isOver(): boolean {
    return this.#status === "killed" || this.#status === "drained";
  }

  kill(): void {
    if (this.#isOver) return;
    this.#status = "killed";
    const { view, clock, connections } = this.#process;
    view.kill();
    clock.stop();
    connections.lose();
    this.#onKill();
  }

  drain({ timeoutMs = DRAIN_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#status !== "up") return this.#drained ?? Promise.resolve();
    this.#status = "draining";
    const killed = new Promise<void>((resolve) => (this.#onKill = resolve));
    this.#drained = Promise.race([this.#drain(this.#process, timeoutMs), killed]);
    return this.#drained;
  }

  async restart(): Promise<void> {
    this.kill();
    this.#process = await begin(this.name, this.#start);
    this.#drained = undefined;
    this.#status = "up";
  }

  cut(which: (connection: Connection) => boolean = () => true): number {
    return this.#process.connections.cut(which);
  }

  outage(): void {
    this.#process.view.cutOff();
  }

  restore(): void {
    this.#process.view.reconnect();
  }

  async #drain(process: Process<Server>, timeoutMs: number): Promise<void> {
    const { service, view, clock, connections, pipes } = process;
    await Promise.all([service?.drain?.({ timeoutMs }), ...[...pipes].map((pipe) => pipe.drain(timeoutMs))]);
    // Its last bytes are on their way.
    await this.#start.activity.settled();
    if (this.#status !== "draining" || this.#process !== process) return;
    this.#status = "drained";
    await view.close();
    clock.stop();
    connections.lose();
  }
}

async function begin<Server extends Dispatcher>(
  name: string,
  { state, clock: shared, delay, create, serve }: NodeStart<Server>,
): Promise<Process<Server>> {
  const view = nodeView(state, { delay });
  const clock = new NodeClock(shared);
  const parts: NodeParts = { name, state: view, clock };
  const server = await create(parts);
  return {
    server,
    service: serve?.(server, parts),
    view,
    clock,
    connections: new Connections(),
    pipes: new Set(),
  };
}
