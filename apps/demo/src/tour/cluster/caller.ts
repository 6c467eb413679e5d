import { McpClient, type Era } from "@towpath/mcp-core";
import { recordTraffic, Traffic } from "@towpath/mcp-core/testing";
import { streamableHttpClient } from "@towpath/transport-http";
import { CuttingProxy, type Cut } from "../cutting-proxy.js";
import { Respondent } from "../respondent.js";
import { eraOptions } from "../stage.js";
import { Balancer } from "./balancer.js";
import type { Nodes } from "./nodes.js";

/** A client, and the balancer that takes its requests to one node after the other. */
export class Caller {
  readonly balancer: Balancer;
  readonly client: McpClient;
  /** What passed between the client and whoever answered. */
  readonly traffic: Traffic;
  /** Answers what the client is asked. */
  readonly respondent: Respondent;
  readonly #proxy: CuttingProxy | undefined;

  /** @param cut where the client's connection is to be cut */
  static async connect(nodes: Nodes, era: Era, cut?: Cut): Promise<Caller> {
    const balancer = await Balancer.start(() => nodes.all);
    const proxy = cut && (await CuttingProxy.start(balancer.url, cut));
    const [traffic, respondent] = [new Traffic(), new Respondent()];
    try {
      const transport = recordTraffic(streamableHttpClient(proxy?.url ?? balancer.url), traffic);
      const { elicit, sample } = respondent;
      const client = await McpClient.connect(transport, { ...eraOptions[era], elicit, sample });
      // It would ask for them before the first result that it has to check, whenever that is.
      await client.listTools();
      return new Caller({ balancer, client, traffic, respondent, proxy });
    } catch (error) {
      await proxy?.close();
      await balancer.close();
      throw error;
    }
  }

  private constructor(
    parts: Pick<Caller, "balancer" | "client" | "traffic" | "respondent"> & {
      proxy: CuttingProxy | undefined;
    },
  ) {
    this.balancer = parts.balancer;
    this.client = parts.client;
    this.traffic = parts.traffic;
    this.respondent = parts.respondent;
    this.#proxy = parts.proxy;
  }

  /** How often the connection was cut. */
  get cuts(): number {
    return this.#proxy?.cuts ?? 0;
  }

  /** Which requests went where, of some kinds or of all: `tools/call A`. */
  async went(...kinds: readonly string[]): Promise<readonly string[]> {
    return (await this.balancer.passed())
      .filter(({ what }) => kinds.length === 0 || kinds.includes(what))
      .map(({ what, place }) => `${what} ${place}`);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#proxy?.close();
    await this.balancer.close();
  }
}
