import { McpClient } from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { Respondent } from "../respondent.js";
import { PLACES, type Place, type PlacedNode, type ServingNode, type StartNode } from "./node.js";

/** Notes that each node begins with; they are its own, as nothing but what the protocol needs is shared. */
const NOTES = 3;

/** A node in the place of another one, as soon as it is told to be. */
export interface Replacement {
  /** Of the node. */
  readonly name: string;
  /**
   * What is new goes to it from now on. Settles when the node before it has finished, and ended.
   * @throws Error when that does not end well
   */
  takeOver(): Promise<void>;
}

/** Three nodes, one in each place; those that go are replaced. */
export class Nodes {
  readonly #start: StartNode;
  readonly #placed = new Map<Place, PlacedNode>();
  readonly #started = new Map<Place, number>();

  /** @throws whatever keeps one of them from serving, when the others have ended */
  static async start(start: StartNode): Promise<Nodes> {
    const nodes = new Nodes(start);
    const outcomes = await Promise.allSettled(PLACES.map((place) => nodes.#fill(place)));
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure === undefined) return nodes;
    await nodes.end();
    throw failure.reason;
  }

  private constructor(start: StartNode) {
    this.#start = start;
  }

  /** In the order of their places. */
  get all(): readonly PlacedNode[] {
    return PLACES.map((place) => this.at(place));
  }

  at(place: Place): PlacedNode {
    const node = this.#placed.get(place);
    if (node === undefined) throw new Error(`There is no node ${place}`);
    return node;
  }

  /** Kills a node. Settles with the one that has come in its place. */
  async kill(place: Place): Promise<PlacedNode> {
    const node = this.at(place);
    await node.kill();
    await node.client.close();
    return this.#fill(place);
  }

  /** Starts a node that is to come in the place of another one, and to which nothing goes yet. */
  async prepare(place: Place): Promise<Replacement> {
    const after = await this.#create(place);
    return {
      name: after.name,
      takeOver: async () => {
        const before = this.at(place);
        this.#placed.set(place, after);
        await before.client.close();
        await before.drain();
      },
    };
  }

  async end(): Promise<void> {
    await Promise.all(
      [...this.#placed.values()].map(async (node) => {
        await node.client.close();
        await node.drain().catch(() => node.kill());
      }),
    );
  }

  async #fill(place: Place): Promise<PlacedNode> {
    const node = await this.#create(place);
    this.#placed.set(place, node);
    return node;
  }

  async #create(place: Place): Promise<PlacedNode> {
    const count = (this.#started.get(place) ?? 0) + 1;
    this.#started.set(place, count);
    const name = count === 1 ? place : `${place}${String(count)}`;
    const node = await this.#start();
    return { ...node, place, name, client: await welcome(node, place) };
  }
}

/** Gives a node its notes. */
async function welcome(node: ServingNode, place: Place): Promise<McpClient> {
  try {
    const { elicit, sample } = new Respondent();
    const client = await McpClient.connect(streamableHttpClient(node.url), { elicit, sample });
    for (let note = 1; note <= NOTES; note += 1)
      await client.callTool("add_note", { title: `Kept on ${place}`, text: `There are ${String(NOTES)}.` });
    return client;
  } catch (error) {
    await node.kill();
    throw error;
  }
}
