import { describe, expect, it, onTestFinished } from "vitest";
import { McpClient } from "../../client/client.js";
import type { McpClientOptions } from "../../client/options.js";
import { McpServer } from "../../server/server.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ERAS } from "../connect-pair.js";
import { ManualClock } from "../manual-clock.js";
import { createCluster, type Cluster, type ClusterOptions } from "./cluster.js";
import type { NodeParts } from "./cluster-node.js";

interface Bell {
  readonly server: McpServer;
  /** Calls of `wait` that were begun, and those that were given up. */
  readonly begun: string[];
  readonly aborted: string[];
  ring(): void;
}

const bells = new WeakMap<McpServer, Bell>();

/** Says which node it is, and has a tool that waits until a test rings. */
function bell({ name, state, clock }: NodeParts): McpServer {
  const server = new McpServer("bell", { state, clock });
  const [begun, aborted]: [string[], string[]] = [[], []];
  const waiting = new Set<() => void>();
  const ring = (): void => {
    for (const resolve of waiting) resolve();
  };
  server.tool("where", {}, () => name);
  server.tool("wait", {}, async (_none, { signal }) => {
    begun.push(name);
    signal.addEventListener("abort", () => aborted.push(name));
    await new Promise<void>((resolve) => waiting.add(resolve));
    await state.records.set("rang", name, { ttlMs: 60_000 });
    return name;
  });
  server.resource("bell://sound", {}, () => "ding");
  bells.set(server, { server, begun, aborted, ring });
  return server;
}

function bellOf(cluster: Cluster<McpServer>, place: number): Bell {
  const found = bells.get(cluster.node(place).server);
  if (found === undefined) throw new Error(`Node ${String(place)} has another server`);
  return found;
}

async function clusterOf(
  count: number,
  options: ClusterOptions<McpServer> = {},
): Promise<Cluster<McpServer>> {
  const cluster = await createCluster(count, bell, options);
  onTestFinished(() => cluster.close());
  return cluster;
}

async function clientOf(cluster: Cluster<McpServer>, options: McpClientOptions = {}): Promise<McpClient> {
  const { clock } = cluster;
  const client = await cluster.within(10_000, McpClient.connect(cluster.transport(), { clock, ...options }));
  onTestFinished(() => client.close());
  return client;
}

const textOf = async (call: Promise<unknown>): Promise<unknown> => {
  const { content } = (await call) as { content: { text: string }[] };
  return content[0]?.text;
};

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

describe("a cluster's connections", () => {
  it("go to nodes at random, the same ones for the same seed", async () => {
    const places = async (seed: number): Promise<string> => {
      const cluster = await clusterOf(3, { seed });
      const clients = await Promise.all(Array.from({ length: 12 }, () => clientOf(cluster)));
      const names = await Promise.all(clients.map((client) => textOf(client.callTool("where"))));
      return names.join();
    };
    const first = await places(1);
    expect(await places(1)).toBe(first);
    expect(await places(2)).not.toBe(first);
    expect(new Set(first.split(",")).size).toBe(3);
  });

  it("go where the test says", async () => {
    const cluster = await clusterOf(3);
    cluster.route = (nodes) => nodes[2] ?? nodes[0];
    expect(await textOf((await clientOf(cluster)).callTool("where"))).toBe("node 2");
  });

  it("cannot be made when no node is up", async () => {
    const cluster = await clusterOf(1);
    cluster.node(0).kill();
    const { clock } = cluster;
    const connecting = McpClient.connect(cluster.transport(), { clock });
    expect(await failure(cluster.within(600_000, connecting))).toMatchObject({ name: "ConnectionLostError" });
  });
});

describe.each(ERAS)("a node that is killed, with clients of the %s era", (era) => {
  it("loses what was in flight, and its clients go on at another", async () => {
    const cluster = await clusterOf(2);
    cluster.route = ([first]) => first;
    const client = await clientOf(cluster, { era });
    const lost = failure(client.callTool("wait"));
    await cluster.settled();
    cluster.node(0).kill();
    expect(await cluster.within(1_000, lost)).toMatchObject({ name: "ConnectionLostError" });
    expect(await cluster.within(1_000, textOf(client.callTool("where")))).toBe("node 1");
    expect(cluster.nodes.map(({ status }) => status)).toEqual(["killed", "up"]);
  });

  it("neither hears of that nor says anything more", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const cluster = await clusterOf(1, { state, clock });
    const client = await clientOf(cluster, { era });
    const lost = failure(client.callTool("wait"));
    await cluster.settled();
    const { begun, aborted, ring } = bellOf(cluster, 0);
    cluster.node(0).kill();
    ring();
    await lost;
    await cluster.advance(60_000);
    expect([begun, aborted]).toEqual([["node 0"], []]);
    expect(await state.records.get("rang")).toBeUndefined();
  });

  it("is another one once it is restarted", async () => {
    const cluster = await clusterOf(1);
    const client = await clientOf(cluster, { era });
    const before = cluster.node(0).server;
    await cluster.node(0).restart();
    expect(cluster.node(0).server).not.toBe(before);
    expect(await cluster.within(10_000, textOf(client.callTool("where")))).toBe("node 0");
  });
});

describe.each(ERAS)("a node that is drained, with clients of the %s era", (era) => {
  it("finishes what is in flight, while new connections go elsewhere", async () => {
    const cluster = await clusterOf(2);
    cluster.route = ([first]) => first;
    const client = await clientOf(cluster, { era });
    const call = textOf(client.callTool("wait"));
    await cluster.settled();
    const drained = cluster.node(0).drain();
    expect(cluster.node(0).status).toBe("draining");
    expect(await textOf((await clientOf(cluster, { era })).callTool("where"))).toBe("node 1");
    bellOf(cluster, 0).ring();
    expect(await call).toBe("node 0");
    await drained;
    expect(cluster.node(0).status).toBe("drained");
    expect(await cluster.within(1_000, textOf(client.callTool("where")))).toBe("node 1");
  });

  it("gives it so much time on the clock", async () => {
    const cluster = await clusterOf(1);
    const client = await clientOf(cluster, { era });
    const call = failure(client.callTool("wait"));
    await cluster.settled();
    const drained = cluster.node(0).drain({ timeoutMs: 3_000 });
    await cluster.advance(2_999);
    expect([cluster.node(0).status, bellOf(cluster, 0).aborted]).toEqual(["draining", []]);
    await cluster.advance(1);
    await drained;
    expect(await call).toMatchObject({ name: "ConnectionLostError" });
    expect(bellOf(cluster, 0).aborted).toEqual(["node 0"]);
  });

  it("may be killed meanwhile", async () => {
    const cluster = await clusterOf(1);
    const client = await clientOf(cluster, { era });
    const call = failure(client.callTool("wait"));
    await cluster.settled();
    const drained = cluster.node(0).drain();
    cluster.node(0).kill();
    await drained;
    expect(await call).toMatchObject({ name: "ConnectionLostError" });
    expect([cluster.node(0).status, bellOf(cluster, 0).aborted]).toEqual(["killed", []]);
  });
});

describe("a connection that is cut", () => {
  it("is lost for both ends, and for nobody else", async () => {
    const cluster = await clusterOf(2);
    const places = [0, 1];
    cluster.route = (nodes) => nodes[places.shift() ?? 1] ?? nodes[0];
    const [one, other] = [await clientOf(cluster), await clientOf(cluster)];
    const lost = failure(one.callTool("wait"));
    await cluster.settled();
    expect(cluster.node(0).cut()).toBe(1);
    expect(await lost).toMatchObject({ name: "ConnectionLostError" });
    expect([...bellOf(cluster, 0).aborted, ...bellOf(cluster, 1).aborted]).toHaveLength(1);
    expect(await textOf(other.callTool("where"))).toMatch("node");
  });
});

describe("nodes of a cluster", () => {
  it("share a state", async () => {
    const cluster = await clusterOf(2);
    const places = [0, 1];
    cluster.route = (nodes) => nodes[places.shift() ?? 0] ?? nodes[0];
    const [, client] = [await clientOf(cluster), await clientOf(cluster)];
    const changes = await client.listen({ resourceSubscriptions: ["bell://sound"] });
    cluster.node(0).server.resourceUpdated("bell://sound");
    const { value } = await changes[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({ params: { uri: "bell://sound" } });
  });

  it("are there by their place", async () => {
    const cluster = await clusterOf(2);
    expect([cluster.node(0), cluster.node(1)]).toEqual(cluster.nodes);
    expect(() => cluster.node(2)).toThrow(RangeError);
  });

  it("may become more", async () => {
    const cluster = await clusterOf(1);
    const added = await cluster.add();
    cluster.route = (nodes) => nodes[1] ?? nodes[0];
    expect([added.name, added]).toEqual(["node 1", cluster.nodes[1]]);
    expect(await textOf((await clientOf(cluster)).callTool("where"))).toBe("node 1");
  });

  it("cannot reach the state in an outage, of all or of one", async () => {
    const states: NodeParts["state"][] = [];
    const cluster = await createCluster(2, (parts) => {
      states.push(parts.state);
      return bell(parts);
    });
    onTestFinished(() => cluster.close());
    const available = (): boolean[] => states.map((state) => state.available);
    cluster.outage();
    expect(available()).toEqual([false, false]);
    expect(await failure(states[0]?.records.get("a") ?? Promise.resolve())).toMatchObject({
      code: "unavailable",
    });
    cluster.node(1).restore();
    expect(available()).toEqual([false, true]);
    cluster.restore();
    expect(available()).toEqual([true, true]);
  });

  it("are as far from the state as the test says", async () => {
    const cluster = await createCluster(1, (parts) => bell(parts), { stateLatencyMs: 40 });
    onTestFinished(() => cluster.close());
    const client = await clientOf(cluster);
    const call = textOf(client.callTool("wait"));
    await cluster.settled();
    const { ring } = bellOf(cluster, 0);
    ring();
    const before = cluster.clock.now();
    expect(await cluster.within(1_000, call)).toBe("node 0");
    expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(80);
  });
});

describe("a cluster's clock", () => {
  it("runs what is due at its time, with all that follows from it", async () => {
    const cluster = await clusterOf(0);
    const { clock } = cluster;
    const times: number[] = [];
    const tick = (): void => {
      times.push(clock.now());
      void Promise.resolve().then(() => clock.schedule(1_000, tick));
    };
    clock.schedule(1_000, tick);
    await cluster.advance(3_500);
    expect(times).toEqual([1_000, 2_000, 3_000]);
    expect(clock.now()).toBe(3_500);
  });

  it("says so when something takes too long", async () => {
    const cluster = await clusterOf(0);
    const never = new Promise<never>(() => undefined);
    await expect(cluster.within(5_000, never)).rejects.toThrow("not settled within 5000 ms");
    expect(cluster.clock.now()).toBe(5_000);
  });
});
