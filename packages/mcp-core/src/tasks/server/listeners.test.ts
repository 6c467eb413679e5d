import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { gate } from "../../../test/support/gate.js";
import { openLink, wire, type TestLink, type Wire } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes } from "../../../test/support/tasks.js";
import type { Outgoing } from "../../jsonrpc/encode.js";

const ann = { id: "ann" };

/** A node that works on a task, and another where many listen for it. */
async function listened(listeners: number) {
  const nodes = new TaskNodes();
  const [here, there] = [nodes.node(), nodes.node()];
  const done = deferred<string>();
  for (const node of [here, there]) node.tool("slow", true, () => done.promise);
  const taskId = taskIdIn(await here.client(ann)("tools/call", { name: "slow" }));
  const params = { notifications: { taskIds: [taskId] } };
  const all = Array.from({ length: listeners }, () => {
    const sent: Wire[] = [];
    const peer: TestLink = openLink(there.server, { principal: ann });
    const reply = peer.stateless("subscriptions/listen", params, { sent, capabilities: DECLARED });
    return { sent, end: () => (peer.link.drain(), reply) };
  });
  await nodes.settle();
  const read: string[] = [];
  const { get } = there.view.records;
  there.view.records.get = (id, ...how) => {
    read.push(id);
    return get(id, ...how);
  };
  return { nodes, there, taskId, done, all, read };
}

describe("those on one node who listen for a task", () => {
  it("are told of a change with one read of it, and of its outcome", async () => {
    const { nodes, taskId, done, all, read } = await listened(100);
    const text = "x".repeat(50_000);
    done.resolve(text);
    await nodes.settle();
    for (const { sent } of all)
      expect(sent.slice(1)).toMatchObject([{ params: { taskId, result: { content: [{ text }] } } }]);
    expect(read).toHaveLength(2);
    await Promise.all(all.map(({ end }) => end()));
  });

  it("are told how things stand when they take it, if that is later", async () => {
    const { nodes, there, taskId, done, all } = await listened(1);
    const [sent, reads] = [[] as Wire[], gate()];
    const slow = openLink(there.server, { principal: ann });
    const send = (message: Outgoing): Promise<void> => {
      sent.push(wire(message));
      return reads.promise;
    };
    const params = { notifications: { taskIds: [taskId] } };
    const reply = slow.stateless("subscriptions/listen", params, { send, capabilities: DECLARED });
    await nodes.settle();
    await there.client(ann)("tasks/cancel", { taskId });
    done.resolve("too late");
    await nodes.settle();
    expect(all[0]?.sent.slice(1)).toMatchObject([{ params: { status: "cancelled" } }]);
    expect(sent).toHaveLength(1);
    reads.open();
    await nodes.settle();
    expect(sent.slice(1)).toMatchObject([{ params: { taskId, status: "cancelled" } }]);
    slow.link.drain();
    await Promise.all([reply, ...all.map(({ end }) => end())]);
  });
});
