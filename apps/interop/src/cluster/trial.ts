import { McpClient, type Change, type McpServer } from "@towpath/mcp-core";
import { createCluster, type Cluster, type ClusterNode } from "@towpath/mcp-core/testing";
import { begin, faultsOf, type Call } from "./calls.js";
import type { Happening, Program } from "./program.js";
import type { Way } from "./way.js";
import { Ledger, uriOf, workshop } from "./workshop.js";

/** Nodes that a cluster begins with, and those it may have at a time. */
const NODES = 3;
const MAX_NODES = 5;

/** By when every call has ended, in ms on the clock: less than a client waits for an answer. */
const BOUND_MS = 55_000;

/** By when everything that was lost is there again, in ms on the clock. */
const RECOVERY_MS = 30_000;

/** How much time passes at once, in ms on the clock, where something is waited for. */
const SLICE_MS = 2_000;

/** How long real connections get to carry what was written to them, in ms of real time. */
const SOCKETS_MS = 5;

/** How long a client takes to answer a question, in ms on the clock. */
const ANSWER_MS = 300;

/** One client of a trial. */
interface Guest {
  readonly client: McpClient;
  readonly changes: string[];
  /** Its subscription was ended, and it was told. */
  isDeaf: boolean;
}

/** One run of a program over one way. */
export class Trial {
  readonly #way: Way;
  readonly #cluster: Cluster<McpServer>;
  readonly #ledger: Ledger;
  readonly #guests: Guest[] = [];
  readonly #calls: Call[] = [];
  readonly #noise: string[] = [];
  #grown = 0;
  /** What has happened to nodes and connections. */
  #blows = 0;

  /** What is wrong with it. */
  static async run(way: Way, { seed, clients, happenings }: Program): Promise<readonly string[]> {
    const ledger = new Ledger();
    const cluster = await createCluster(NODES, (parts) => workshop(parts, ledger), {
      seed,
      ...(way.serve !== undefined && { serve: way.serve }),
    });
    const trial = new Trial(way, cluster, ledger);
    try {
      for (let place = 0; place < clients; place++) await trial.#invite(place);
      for (const happening of happenings) {
        await trial.#happen(happening);
        await trial.#settled();
      }
      return await trial.#conclude();
    } finally {
      await trial.#end();
    }
  }

  private constructor(way: Way, cluster: Cluster<McpServer>, ledger: Ledger) {
    this.#way = way;
    this.#cluster = cluster;
    this.#ledger = ledger;
  }

  async #invite(place: number): Promise<void> {
    const cluster = this.#cluster;
    const { clock } = cluster;
    const client = await McpClient.connect(this.#way.transport(cluster), {
      ...this.#way.client,
      clock,
      validateOutput: false,
      elicit: async ({ message }) => {
        for (const call of this.#calls) call.asked ||= call.name === message;
        await new Promise<void>((resolve) => void clock.schedule(ANSWER_MS, resolve));
        return { action: "accept", content: {} };
      },
      onNoise: (description) => void this.#noise.push(description),
    });
    const guest: Guest = { client, changes: [], isDeaf: false };
    this.#guests.push(guest);
    const filter = { resourceSubscriptions: [uriOf(place)], toolsListChanged: true };
    const { closed } = await client.listen(filter, ({ method, params }: Change) => {
      guest.changes.push(typeof params["uri"] === "string" ? params["uri"] : method);
    });
    void closed.then(() => (guest.isDeaf = true));
  }

  async #happen(happening: Happening): Promise<void> {
    const cluster = this.#cluster;
    switch (happening.kind) {
      case "work":
      case "ask":
        this.#call(happening);
        return;
      case "cancel":
        this.#calls[happening.call % Math.max(this.#calls.length, 1)]?.cancel.abort(new Error("no more"));
        return;
      case "kill":
        this.#ended(happening.node, (node) => {
          node.kill();
          void this.#way.sockets?.break(node.name);
        });
        return;
      case "drain":
        this.#ended(happening.node, (node) => void node.drain());
        return;
      case "restart":
        await cluster.nodes.find(({ status }) => status === "killed" || status === "drained")?.restart();
        return;
      case "update":
        this.#upAt(happening.node)?.server.resourceUpdated(uriOf(happening.node % NODES));
        return;
      case "grow":
        this.#grow(this.#upAt(happening.node)?.server);
        return;
      case "cut":
        this.#strike("cut", (call) => !this.#isResumable(call));
        cluster.cut();
        await this.#way.sockets?.break();
        return;
      case "add":
        if (cluster.nodes.length < MAX_NODES) await cluster.add();
        return;
      case "outage":
        this.#strike("the state was away", () => true);
        cluster.outage();
        await this.#pass(happening.ms);
        cluster.restore();
        return;
      case "pass":
        await this.#pass(happening.ms);
    }
  }

  #call(happening: Extract<Happening, { readonly kind: "work" | "ask" }>): void {
    const guest = this.#guests[happening.client % this.#guests.length];
    if (guest === undefined) return;
    const steps = happening.kind === "work" ? happening.steps : 0;
    const call = begin(guest.client, happening.kind, steps);
    const isDraining = this.#cluster.nodes.some(({ status }) => status === "draining");
    if (this.#way.sticks && isDraining) call.excuse = "a node was being drained";
    this.#calls.push(call);
  }

  /** Lets time pass, for real connections no faster than they can follow. */
  async #pass(ms: number): Promise<void> {
    const slice = this.#way.sockets === undefined ? ms : SLICE_MS;
    for (let passed = 0; passed < ms; passed += slice) {
      await this.#cluster.advance(Math.min(slice, ms - passed));
      await this.#carried();
    }
  }

  async #settled(): Promise<void> {
    await this.#cluster.settled();
    await this.#carried();
  }

  async #carried(): Promise<void> {
    if (this.#way.sockets !== undefined) await new Promise((resolve) => setTimeout(resolve, SOCKETS_MS));
  }

  #grow(server: McpServer | undefined): void {
    server?.tool(`more-${String((this.#grown += 1))}`, {}, () => "more");
  }

  get #up(): readonly ClusterNode<McpServer>[] {
    return this.#cluster.nodes.filter(({ status }) => status === "up");
  }

  #upAt(place: number): ClusterNode<McpServer> | undefined {
    return this.#up[place % Math.max(this.#up.length, 1)];
  }

  /** One node is always left. */
  #ended(place: number, end: (node: ClusterNode<McpServer>) => void): void {
    const node = this.#upAt(place);
    if (node === undefined || this.#up.length < 2) return;
    end(node);
    this.#strike(`${node.name} ${node.status}`, (call) => this.#isTouched(call, node));
  }

  /** Whether what happens to a node may keep a call from its result. */
  #isTouched(call: Call, node: ClusterNode<McpServer>): boolean {
    const { nodes } = this.#ledger.of(call.name);
    if (nodes.length === 0 || (this.#way.spreads && call.tool === "ask")) return true;
    return nodes.includes(node.name) && node.status === "killed";
  }

  #isResumable(call: Call): boolean {
    return this.#way.resumes && (call.asked || call.progress.length > 0);
  }

  /** Something has happened to nodes or connections. */
  #strike(what: string, meant: (call: Call) => boolean): void {
    this.#blows += 1;
    for (const call of this.#calls) if (call.outcome === undefined && meant(call)) call.excuse ??= what;
  }

  async #conclude(): Promise<readonly string[]> {
    for (
      let ms = 0;
      ms < BOUND_MS && this.#calls.some(({ outcome }) => outcome === undefined);
      ms += SLICE_MS
    )
      await this.#pass(SLICE_MS);
    const faults = this.#calls.flatMap((call) => faultsOf(call, this.#ledger));
    if (faults.length > 0) return faults;
    return [...(await this.#changeFaults()), ...this.#noise.map((noise) => `noise: ${noise}`)];
  }

  /** Whichever node something changes on, every subscriber is told once, and nobody else. */
  async #changeFaults(): Promise<readonly string[]> {
    await this.#pass(RECOVERY_MS);
    const faults: string[] = [];
    for (const { name, server } of this.#up) {
      for (const { changes } of this.#guests) changes.length = 0;
      for (const [place] of this.#guests.entries()) server.resourceUpdated(uriOf(place));
      this.#grow(server);
      await this.#pass(2_000);
      for (const [place, { changes, isDeaf }] of this.#guests.entries()) {
        if (isDeaf && this.#blows >= this.#way.deafAfter) continue;
        const heard = changes.toSorted().join(" and ");
        if (heard !== `notifications/tools/list_changed and ${uriOf(place)}`)
          faults.push(`of changes on ${name} client ${String(place)} heard ${heard || "nothing"}`);
      }
    }
    return faults;
  }

  async #end(): Promise<void> {
    const closed = Promise.all(this.#guests.map(({ client }) => client.close()));
    await this.#cluster.within(10_000, closed);
    await this.#cluster.close();
    await this.#way.sockets?.close();
  }
}
