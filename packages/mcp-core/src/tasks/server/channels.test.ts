import { describe, expect, it } from "vitest";
import { deferred } from "@towpath/test-support/deferred.js";
import { openLink, type Wire } from "../../../test/support/link.js";
import { DECLARED, taskIdIn, TaskNodes, type TaskNode } from "../../../test/support/tasks.js";
import type { JsonValue } from "../../jsonrpc/messages.js";
import { channelOfRecipient, channelOfTask, isTaskId, newTaskId } from "./task-id.js";

/** Two nodes of a server whose tool asks for nothing, and ends when it is told to; and what one hears of the other. */
function two() {
  const nodes = new TaskNodes();
  const done = deferred<string>();
  const make = (): TaskNode => {
    const node = nodes.node();
    node.tool("slow", true, async (ctx) => {
      await ctx.progress(1, 2);
      return done.promise;
    });
    return node;
  };
  const [here, there] = [make(), make()];
  const heard: JsonValue[] = [];
  const { subscribe } = there.view.bus;
  there.view.bus.subscribe = (topic, listener, options) => {
    const hear = (message: JsonValue): void => {
      heard.push(message);
      void listener(message);
    };
    return subscribe(topic, hear, options);
  };
  return { nodes, here, there, heard, done };
}

describe("what becomes of a task", () => {
  it("is not told to nodes on which nobody waits for it, whoever asks for it there", async () => {
    const { nodes, here, there, heard, done } = two();
    const taskId = taskIdIn(await here.client()("tools/call", { name: "slow" }));
    const elsewhere = there.client();
    await nodes.pass(200);
    done.resolve("done");
    await nodes.settle();
    expect((await elsewhere("tasks/get", { taskId }))?.result).toMatchObject({ status: "completed" });
    expect(heard).toEqual([]);
  });

  it("is told to a node for as long as somebody listens there", async () => {
    const { nodes, here, there, heard, done } = two();
    const taskId = taskIdIn(await here.client()("tools/call", { name: "slow" }));
    const { stateless, link } = openLink(there.server);
    const listen = async (): Promise<readonly Wire[]> => {
      const sent: Wire[] = [];
      const params = { notifications: { taskIds: [taskId] } };
      const reply = stateless("subscriptions/listen", params, { sent, capabilities: DECLARED });
      await nodes.pass(200);
      link.drain();
      await reply;
      return sent.filter(({ method }) => method === "notifications/tasks");
    };
    expect(await listen()).toMatchObject([{ params: { taskId, statusMessage: "1 of 2" } }]);
    expect(heard).toMatchObject([{ params: { taskId } }]);
    done.resolve("done");
    await nodes.settle();
    expect(heard).toHaveLength(1);
  });

  it("is told to a node for as long as somebody waits for its result there", async () => {
    const { nodes, here, there, heard, done } = two();
    const taskId = taskIdIn(await here.client()("tools/call", { name: "slow" }));
    const { request } = await there.session();
    await nodes.settle();
    const result = request("tasks/result", { taskId });
    await nodes.settle();
    done.resolve("done");
    expect((await nodes.within(1_000, result))?.result).toMatchObject({ content: [{ text: "done" }] });
    expect(heard.length).toBeGreaterThan(0);
  });

  it("is told on whichever node to the session that made it", async () => {
    const { nodes, here, there, done } = two();
    const session = { id: "shared", remember: () => undefined };
    const begin = async ({ server }: TaskNode) => {
      const opened = openLink(server, { session });
      const params = {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      };
      await opened.request("initialize", params);
      return opened;
    };
    const [one, other] = [await begin(here), await begin(there)];
    const taskId = taskIdIn(await one.request("tools/call", { name: "slow", task: {} }));
    done.resolve("done");
    await nodes.pass(200);
    for (const { pushed } of [one, other])
      expect(pushed.at(-1)).toMatchObject({
        method: "notifications/tasks/status",
        params: { taskId, status: "completed" },
      });
  });
});

describe("the id of a task", () => {
  it("is unlike any other, also with one recipient, whose channel it has", () => {
    const ids = Array.from({ length: 100 }, () => newTaskId("session"));
    expect(new Set(ids).size).toBe(100);
    expect(new Set(ids.map(channelOfTask))).toEqual(new Set([channelOfRecipient("session")]));
    expect(ids.every(isTaskId)).toBe(true);
  });

  it("spreads recipients, and tasks that have none, over the channels", () => {
    const recipients = Array.from({ length: 1_000 }, (_, at) => channelOfRecipient(`session-${String(at)}`));
    const none = Array.from({ length: 1_000 }, () => channelOfTask(newTaskId(undefined)));
    // Of 1,000 balls in 4,096 boxes, 887 or so have one of their own or are the first in theirs.
    for (const channels of [recipients, none]) expect(new Set(channels).size).toBeGreaterThan(800);
  });
});
