import { Balancer, BALANCERS, type BalancerName } from "./balancers.js";
import { freePort } from "./free-port.js";
import { demo, ServerNode, type Program } from "./node.js";
import { Redis } from "./redis.js";

/** The published configurations have as many. */
const NODES = 3;

export interface ClusterOptions {
  /** What runs as a node. Default: the demo. */
  readonly program?: Program;
  /** Default: both, in front of the same nodes. */
  readonly balancers?: readonly BalancerName[];
}

/** Three nodes of one server, the Redis they share, and what distributes requests among them. */
export class Cluster {
  readonly redis: Redis;
  readonly nodes: readonly [ServerNode, ServerNode, ServerNode];
  readonly #balancers: ReadonlyMap<BalancerName, Balancer>;

  static async start({ program = demo, balancers = BALANCERS }: ClusterOptions = {}): Promise<Cluster> {
    const redis = await Redis.start();
    const begun: { stop(): Promise<void> }[] = [redis];
    try {
      const ports = await Promise.all(Array.from({ length: NODES }, freePort));
      const nodes = ports.map((port) => new ServerNode(program, port, redis.url));
      begun.push(...nodes.map((node) => ({ stop: () => node.kill() })));
      await Promise.all(nodes.map((node) => node.start()));
      const addresses = nodes.map(({ address }) => address);
      const fronts = new Map<BalancerName, Balancer>();
      for (const name of balancers) {
        const balancer = await Balancer.start(name, addresses);
        begun.push(balancer);
        fronts.set(name, balancer);
      }
      return new Cluster(redis, nodes, fronts);
    } catch (error) {
      await Promise.all(begun.map((one) => one.stop()));
      throw error;
    }
  }

  private constructor(
    redis: Redis,
    nodes: readonly ServerNode[],
    balancers: ReadonlyMap<BalancerName, Balancer>,
  ) {
    this.redis = redis;
    // As many as were started.
    this.nodes = nodes as unknown as Cluster["nodes"];
    this.#balancers = balancers;
  }

  /** Where a balancer is reached. @throws Error when it was not started */
  front(name: BalancerName): string {
    const balancer = this.#balancers.get(name);
    if (balancer === undefined) throw new Error(`${name} is not part of this cluster`);
    return balancer.url;
  }

  /** What all of it said of late. */
  get said(): string {
    const balancers = [...this.#balancers].map(([name, { said }]) => `${name}:\n${said}`);
    return [...this.nodes.map(({ address, said }) => `${address}:\n${said}`), ...balancers].join("\n\n");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#balancers.values()].map((balancer) => balancer.stop()));
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.redis.stop();
  }
}
