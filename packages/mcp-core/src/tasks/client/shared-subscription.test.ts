import { beforeAll, describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import type { FarEnd } from "../../../test/support/scripted-server.js";
import type { Wire } from "../../../test/support/link.js";
import {
  calm,
  completed,
  created,
  done,
  extensionServer,
  loadTasks,
  pass,
  refused,
  sent,
  task,
  tell,
  watch,
} from "../../../test/support/scripted-tasks.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { Meta } from "../../protocol/meta.js";
import { MAX_TOLD } from "./told-tasks.js";

beforeAll(loadTasks);

/** A server with a new task for each call, none of which ends before it is told to. */
function taskServer(listen: (message: Wire, to: FarEnd) => void = acknowledge) {
  let tasks = 0;
  return extensionServer({
    "tools/call": ({ id }, to) => {
      to.result(id, { ...created, taskId: `t${String(++tasks)}` });
    },
    "tasks/get": ({ id, params }, to) => {
      to.result(id, task("working", { taskId: params?.["taskId"] ?? "" }));
    },
    "subscriptions/listen": listen,
  });
}

function notify(to: FarEnd, { id }: Wire, method: string, params: JsonObject): void {
  tell(to, method, { ...params, _meta: { [Meta.subscriptionId]: id ?? "" } });
}

function acknowledge(message: Wire, to: FarEnd): void {
  const { notifications = {} } = message.params ?? {};
  notify(to, message, "notifications/subscriptions/acknowledged", { notifications });
}

const listens = (messages: readonly Wire[]): readonly Wire[] =>
  messages.filter(({ method }) => method === "subscriptions/listen");

describe("the subscription to tasks", () => {
  it("is one for all that are begun together, and tells of their end", async () => {
    const { client, clock, end, later } = await connectedClient(taskServer());
    const outcomes = ["a", "b", "c"].map((name) => watch(client.callTool(name)));
    await pass(clock, 150);
    expect(sent(later(), "subscriptions/listen")).toEqual([
      { notifications: { taskIds: ["t1", "t2", "t3"] } },
    ]);
    const [listen = {}] = listens(later());
    for (const taskId of ["t1", "t2", "t3"])
      notify(end, listen, "notifications/tasks", task("completed", { taskId, result: done }));
    await calm();
    expect(outcomes.map((outcome) => outcome())).toEqual([done, done, done]);
    await client.close();
  });

  it("spares the polls, but for one when it begins and one now and then", async () => {
    const { client, clock, later } = await connectedClient(taskServer());
    watch(client.callTool("slow"));
    await pass(clock, 29_000);
    expect(sent(later(), "tasks/get")).toHaveLength(1);
    await pass(clock, 2_000);
    expect(sent(later(), "tasks/get")).toHaveLength(2);
    await client.close();
  });

  it("is made anew with the tasks that came since, and the one before is ended", async () => {
    const { client, clock, later } = await connectedClient(taskServer());
    watch(client.callTool("a"));
    await pass(clock, 500);
    watch(client.callTool("b"));
    await pass(clock, 500);
    expect(sent(later(), "subscriptions/listen").map(({ notifications }) => notifications)).toEqual([
      { taskIds: ["t1"] },
      { taskIds: ["t1", "t2"] },
    ]);
    expect(sent(later(), "notifications/cancelled")).toMatchObject([{ requestId: listens(later())[0]?.id }]);
    await client.close();
  });

  it("ends with the last task", async () => {
    const { client, clock, end, later } = await connectedClient(taskServer());
    const outcome = watch(client.callTool("a"));
    await pass(clock, 500);
    const [listen = {}] = listens(later());
    notify(end, listen, "notifications/tasks", completed);
    await calm();
    expect(outcome()).toEqual(done);
    expect(sent(later(), "notifications/cancelled")).toMatchObject([{ requestId: listen.id }]);
    await client.close();
  });

  it.each([
    ["refuses it", refused(-32601)],
    [
      "acknowledges none of it",
      (message: Wire, to: FarEnd) => {
        notify(to, message, "notifications/subscriptions/acknowledged", { notifications: {} });
      },
    ],
  ])("is not tried again soon on a server that %s, and tasks are polled", async (_, listen) => {
    const { client, clock, later } = await connectedClient(taskServer(listen));
    watch(client.callTool("a"));
    await pass(clock, 3_000);
    watch(client.callTool("b"));
    await pass(clock, 3_000);
    expect(listens(later())).toHaveLength(1);
    expect(sent(later(), "tasks/get").length).toBeGreaterThanOrEqual(8);
    await client.close();
  });

  it("is not made again and again for tasks that were not agreed to", async () => {
    const firstAlone = (message: Wire, to: FarEnd): void => {
      notify(to, message, "notifications/subscriptions/acknowledged", { notifications: { taskIds: ["t1"] } });
    };
    const { client, clock, later } = await connectedClient(taskServer(firstAlone));
    watch(client.callTool("a"));
    watch(client.callTool("b"));
    await pass(clock, 10_000);
    expect(listens(later())).toHaveLength(1);
    expect(sent(later(), "tasks/get").filter(({ taskId }) => taskId === "t2").length).toBeGreaterThan(8);
    await client.close();
  });

  it.each([
    ["was busy", refused(-31001)],
    [
      "agreed to nothing",
      (message: Wire, to: FarEnd) => {
        notify(to, message, "notifications/subscriptions/acknowledged", { notifications: {} });
      },
    ],
  ])("is tried again after a while for tasks that come later, on a server that %s", async (_, refuse) => {
    let times = 0;
    const once = (message: Wire, to: FarEnd): void => {
      times += 1;
      if (times === 1) refuse(message, to);
      else acknowledge(message, to);
    };
    const { client, clock, later } = await connectedClient(taskServer(once));
    watch(client.callTool("a"));
    await pass(clock, 1_000);
    watch(client.callTool("b"));
    await pass(clock, 28_000);
    expect(listens(later())).toHaveLength(1);
    await pass(clock, 2_000);
    expect(listens(later())).toHaveLength(2);
    await client.close();
  });

  it("is given up with the last task while the server has not acknowledged it", async () => {
    const { client, clock, later } = await connectedClient(taskServer(() => undefined));
    const controller = new AbortController();
    watch(client.callTool("a", {}, { signal: controller.signal }));
    await pass(clock, 500);
    controller.abort();
    await calm();
    expect(sent(later(), "notifications/cancelled").map(({ requestId }) => requestId)).toContain(
      listens(later())[0]?.id,
    );
    watch(client.callTool("b"));
    await pass(clock, 500);
    expect(listens(later())).toHaveLength(2);
    await client.close();
  });

  it("tells of each task it covers, however many others there are", async () => {
    const { client, clock, end, later } = await connectedClient(taskServer());
    const [first] = Array.from({ length: MAX_TOLD + 10 }, () => watch(client.callTool("a")));
    await pass(clock, 500);
    const listen = listens(later()).at(-1) ?? {};
    notify(end, listen, "notifications/tasks", completed);
    await calm();
    expect(first?.()).toEqual(done);
    await client.close();
  });

  it("has a task asked for that ended with nothing said of its result", async () => {
    const { client, clock, end, later } = await connectedClient(taskServer());
    watch(client.callTool("a"));
    await pass(clock, 500);
    const [listen = {}] = listens(later());
    const polls = sent(later(), "tasks/get").length;
    notify(end, listen, "notifications/tasks", task("completed"));
    await calm();
    expect(sent(later(), "tasks/get")).toHaveLength(polls + 1);
    await client.close();
  });

  it("has its tasks asked for once it was made anew, as something may have been missed", async () => {
    const script = taskServer();
    const { client, clock, server, end } = await connectedClient(script, {
      reconnect: { attempts: 5, windowMs: 60_000 },
    });
    watch(client.callTool("a"));
    await pass(clock, 500);
    end.lose("cut");
    await pass(clock, 500);
    const second = server.connections[1]?.received ?? [];
    expect(listens(second)).toHaveLength(1);
    expect(sent(second, "tasks/get")).toEqual([{ taskId: "t1" }]);
    await client.close();
  });

  it("leaves what is no task, or nobody's, alone", async () => {
    const { client, clock, end, later } = await connectedClient(taskServer());
    const outcome = watch(client.callTool("a"));
    await pass(clock, 500);
    const [listen = {}] = listens(later());
    notify(end, listen, "notifications/tasks", { taskId: "t1", status: "odd" });
    notify(end, listen, "notifications/tasks", task("completed", { taskId: "other", result: done }));
    notify(end, listen, "notifications/tasks", {});
    await calm();
    expect(outcome()).toBeUndefined();
    await client.close();
  });
});
