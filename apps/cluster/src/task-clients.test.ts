import {
  McpClient,
  ProtocolError,
  TaskCancelledError,
  TowpathErrorCode,
  type TaskHandle,
} from "@towpath/mcp-core";
import { streamableHttpClient } from "@towpath/transport-http";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Cluster } from "./harness/cluster.js";
import { ledgerOf } from "./harness/ledger.js";
import { counting, type ServerNode } from "./harness/node.js";

/** Longer than it takes the others to be sure that a node is gone. */
const TIMEOUT_MS = 120_000;
const LONG_MS = 60_000;

const ERAS = ["handshake", "stateless"] as const;

const newCall = (): string => crypto.randomUUID();

async function connect(url: string, era: (typeof ERAS)[number]): Promise<McpClient> {
  const client = await McpClient.connect(streamableHttpClient(`${url}/mcp`), {
    era,
    elicit: () => ({ action: "accept", content: {} }),
  });
  onTestFinished(() => client.close());
  return client;
}

const textOf = (call: string, node: ServerNode): object => ({
  content: [{ type: "text", text: JSON.stringify({ call, node: node.name }) }],
});

/** The node that works on a call, once it does. */
async function workerOf(cluster: Cluster, call: string): Promise<ServerNode> {
  for (;;) {
    const [name] = (await ledgerOf(cluster.redis.url, [call])).get(call) ?? [];
    const node = cluster.nodes.find((one) => one.name === name);
    if (node !== undefined) return node;
  }
}

let started: Cluster | undefined;
beforeAll(async () => {
  started = await Cluster.start({ program: counting({ drainMs: 1_000 }), balancers: ["nginx"] });
});
afterAll(() => started?.stop());

function theCluster(): Cluster {
  if (started === undefined) throw new Error("The cluster is there once tests run");
  return started;
}

describe.each(ERAS)("a client of the %s era with three nodes", (era) => {
  it("is asked by its tasks, gets their results and cancels them, wherever they run", async () => {
    const cluster = theCluster();
    const client = await connect(cluster.front("nginx"), era);
    const [confirmed, worked, cancelled] = [newCall(), newCall(), newCall()];
    const tasks = await Promise.all([
      client.startTask("confirm", { call: confirmed }),
      client.startTask("work", { call: worked, ms: 500 }),
      client.startTask("work", { call: cancelled, ms: LONG_MS }),
    ]);
    await workerOf(cluster, cancelled);
    expect(await tasks[0].result()).toMatchObject(textOf(confirmed, await workerOf(cluster, confirmed)));
    expect(await tasks[1].result()).toMatchObject(textOf(worked, await workerOf(cluster, worked)));
    const result = tasks[2].result().catch((error: unknown) => error);
    await tasks[2].cancel();
    expect(await result).toBeInstanceOf(TaskCancelledError);
  });

  it("leaves a task to another one, in a process of its own", async () => {
    const cluster = theCluster();
    const call = newCall();
    const first = await connect(cluster.front("nginx"), era);
    const saved = JSON.stringify(await first.startTask("confirm", { call }));
    await first.close();
    const second = await connect(cluster.front("nginx"), era);
    const task: TaskHandle = await second.resumeTask(saved);
    expect(await task.result()).toMatchObject(textOf(call, await workerOf(cluster, call)));
  });

  it(
    "is told what its task has become when the node that worked on it is killed",
    { timeout: TIMEOUT_MS },
    async () => {
      const cluster = theCluster();
      const client = await connect(cluster.front("nginx"), era);
      const call = newCall();
      const task = await client.startTask("work", { call, ms: LONG_MS });
      const result = task.result().catch((error: unknown) => error);
      const node = await workerOf(cluster, call);
      await node.kill();
      onTestFinished(() => node.start());
      const error = await result;
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ code: TowpathErrorCode.requestLost });
      expect(task.status).toMatchObject({ status: "failed" });
    },
  );

  it("is told what its task has become when the node that works on it is stopped", async () => {
    const cluster = theCluster();
    const client = await connect(cluster.front("nginx"), era);
    const call = newCall();
    const task = await client.startTask("work", { call, ms: LONG_MS });
    const result = task.result().catch((error: unknown) => error);
    const node = await workerOf(cluster, call);
    await node.drain();
    onTestFinished(() => node.start());
    const error = await result;
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: TowpathErrorCode.shuttingDown });
  });
});
