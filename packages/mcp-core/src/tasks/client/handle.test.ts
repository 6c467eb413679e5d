import { beforeAll, describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { legacy } from "../../../test/support/scripted-server.js";
import {
  asking,
  calm,
  completed,
  done,
  experimental,
  experimentalServer,
  extensionServer,
  held,
  inTurn,
  loadTasks,
  pass,
  refused,
  sent,
  task,
  tell,
  tellProgress,
  tokenOf,
  watch,
} from "../../../test/support/scripted-tasks.js";
import { MAX_WAITING_SNAPSHOTS } from "./snapshots.js";
import type { SavedTask, TaskHandle, TaskSnapshot } from "./types.js";

beforeAll(loadTasks);

/** Collects what a handle tells, up to its end. */
function collect(handle: TaskHandle): { readonly seen: TaskSnapshot[]; readonly ended: () => unknown } {
  const seen: TaskSnapshot[] = [];
  const ended = watch(
    (async () => {
      for await (const snapshot of handle.updates()) seen.push(snapshot);
      return "ended";
    })(),
  );
  return { seen, ended };
}

const statuses = (seen: readonly TaskSnapshot[]): string[] => seen.map(({ status }) => status);

describe("the handle of a task of the extension", () => {
  it("says what is known, and sends nothing while nobody waits", async () => {
    const { client, clock, later } = await connectedClient(extensionServer());
    const handle = await client.startTask("slow", { a: 1 });
    expect(handle.id).toBe("t1");
    expect(handle.tool).toBe("slow");
    expect(handle.status).toEqual({
      status: "working",
      createdAt: "2026-01-01T00:00:00Z",
      lastUpdatedAt: "2026-01-01T00:00:00Z",
      ttlMs: 60_000,
    });
    await pass(clock, 5_000);
    expect(later().map(({ method }) => method)).toEqual(["tools/call"]);
    await client.close();
  });

  it("gives the result to all who wait for it, with one request at a time", async () => {
    const get = inTurn(task("working"), completed);
    const { client, clock, later } = await connectedClient(extensionServer({ "tasks/get": get }));
    const handle = await client.startTask("slow");
    const outcomes = [watch(handle.result()), watch(handle.result())];
    await pass(clock, 2_000);
    expect(outcomes.map((outcome) => outcome())).toEqual([done, done]);
    expect(await handle.result()).toEqual(done);
    expect(sent(later(), "tasks/get")).toHaveLength(2);
    expect(handle.status.status).toBe("completed");
    await client.close();
  });

  it("stops waiting, and not the task, when the signal says so", async () => {
    const script = extensionServer({ "tasks/get": inTurn(task("working")) });
    const { client, clock, later } = await connectedClient(script);
    const handle = await client.startTask("slow");
    const controller = new AbortController();
    const outcome = watch(handle.result({ signal: controller.signal }));
    await pass(clock, 1_000);
    controller.abort(new Error("enough"));
    await pass(clock, 5_000);
    expect(outcome()).toBe("Error: enough");
    expect(sent(later(), "tasks/get")).toHaveLength(1);
    expect(sent(later(), "tasks/cancel")).toEqual([]);
    await client.close();
  });

  it("tells every change to each who iterates, up to the last", async () => {
    const script = extensionServer({
      "tasks/get": inTurn(
        task("working", { statusMessage: "a" }),
        task("working", { statusMessage: "a" }),
        task("working", { statusMessage: "b" }),
        completed,
      ),
    });
    const { client, clock } = await connectedClient(script);
    const handle = await client.startTask("slow");
    const [one, other] = [collect(handle), collect(handle)];
    await pass(clock, 4_000);
    for (const { seen, ended } of [one, other]) {
      expect(seen.map(({ status, message }) => [status, message])).toEqual([
        ["working", undefined],
        ["working", "a"],
        ["working", "b"],
        ["completed", undefined],
      ]);
      expect(ended()).toBe("ended");
    }
    expect(statuses(collect(handle).seen)).toEqual([]);
    const late = collect(handle);
    await calm();
    expect(statuses(late.seen)).toEqual(["completed"]);
    await client.close();
  });

  it("ends the iteration with what hinders it, and with nothing when the task failed", async () => {
    const failing = extensionServer({
      "tasks/get": inTurn(task("failed", { error: { code: -1, message: "no" } })),
    });
    const failed = await connectedClient(failing);
    const ofFailed = collect(await failed.client.startTask("slow"));
    await pass(failed.clock, 1_000);
    expect(ofFailed.seen.at(-1)).toMatchObject({ status: "failed", error: { code: -1, message: "no" } });
    expect(ofFailed.ended()).toBe("ended");
    const unknown = extensionServer({
      "tasks/get": refused(-32602),
    });
    const lost = await connectedClient(unknown);
    const ofLost = collect(await lost.client.startTask("slow"));
    await pass(lost.clock, 1_000);
    expect(ofLost.ended()).toMatch(/error -32602/);
    await Promise.all([failed.client.close(), lost.client.close()]);
  });

  it("keeps no more changes than it should for one who does not take them", async () => {
    const { client, end } = await connectedClient(extensionServer());
    const handle = await client.startTask("slow");
    const updates = handle.updates();
    expect((await updates.next()).value).toMatchObject({ status: "working" });
    for (let n = 0; n < MAX_WAITING_SNAPSHOTS + 50; n += 1)
      tell(end, "notifications/tasks", task("working", { statusMessage: String(n) }));
    tell(end, "notifications/tasks", completed);
    const rest: TaskSnapshot[] = [];
    for await (const snapshot of updates) rest.push(snapshot);
    expect(rest).toHaveLength(MAX_WAITING_SNAPSHOTS);
    expect(rest.at(-1)?.status).toBe("completed");
    await client.close();
  });

  it("asks the server to cancel it, and finds out what comes of that", async () => {
    const script = extensionServer({
      "tasks/cancel": inTurn({ resultType: "complete" }),
      "tasks/get": inTurn(task("cancelled")),
    });
    const { client, later } = await connectedClient(script);
    const handle = await client.startTask("slow");
    const outcome = watch(handle.result());
    await calm();
    await handle.cancel();
    await calm();
    expect(outcome()).toMatch(/TaskCancelledError/);
    expect(handle.status.status).toBe("cancelled");
    await handle.cancel();
    expect(sent(later(), "tasks/cancel")).toHaveLength(1);
    await client.close();
  });

  it("asks anew what was asked when nobody waited for the answer any more", async () => {
    let asked = 0;
    const script = extensionServer({
      "tasks/get": inTurn(asking("a")),
    });
    const { client, clock } = await connectedClient(script, {
      elicit: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    const handle = await client.startTask("slow");
    for (let times = 0; times < 2; times += 1) {
      const controller = new AbortController();
      watch(handle.result({ signal: controller.signal }));
      await pass(clock, 1_000);
      controller.abort(new Error("not now"));
      await calm();
    }
    expect(asked).toBe(2);
    await client.close();
  });

  it("does not ask again what was answered, when it is not known whether the answer arrived", async () => {
    let [asked, updates] = [0, 0];
    const open = asking("a");
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        to.result(id, updates > 1 ? completed : open);
      },
      "tasks/update": ({ id }, to) => {
        updates += 1;
        if (updates > 1) to.result(id, {});
      },
    });
    const { client, clock, later } = await connectedClient(script, {
      elicit: () => {
        asked += 1;
        return { action: "decline" };
      },
    });
    const handle = await client.startTask("slow");
    const controller = new AbortController();
    watch(handle.result({ signal: controller.signal }));
    await pass(clock, 1_000);
    controller.abort();
    await calm();
    const outcome = watch(handle.result());
    await pass(clock, 2_000);
    expect(outcome()).toEqual(done);
    expect(asked).toBe(1);
    const response = { taskId: "t1", inputResponses: { a: { action: "decline" } } };
    expect(sent(later(), "tasks/update")).toEqual([response, response]);
    await client.close();
  });

  it("has its questions asked once, however many handles there are of it", async () => {
    let asked = 0;
    const script = extensionServer({
      "tasks/get": inTurn(asking("a")),
      "tasks/update": inTurn({}),
    });
    const { client, clock } = await connectedClient(script, {
      elicit: () => {
        asked += 1;
        return { action: "decline" };
      },
    });
    const handle = await client.startTask("slow");
    const other = await client.resumeTask(JSON.stringify(handle));
    watch(handle.result());
    watch(other.result());
    await pass(clock, 2_000);
    expect(asked).toBe(1);
    await client.close();
  });

  it("is not seen to because of an iteration that nobody went on with after it had failed", async () => {
    let isBroken = true;
    const script = extensionServer({
      "tasks/get": ({ id }, to) => {
        if (isBroken) to.error(id, -32000);
        else to.result(id, task("working"));
      },
    });
    const { client, clock, later } = await connectedClient(script);
    const handle = await client.startTask("slow");
    await handle.updates().next();
    await pass(clock, 1_000);
    isBroken = false;
    const controller = new AbortController();
    watch(handle.result({ signal: controller.signal }));
    await pass(clock, 2_000);
    controller.abort();
    await calm();
    const polls = sent(later(), "tasks/get").length;
    await pass(clock, 5_000);
    expect(sent(later(), "tasks/get")).toHaveLength(polls);
    await client.close();
  });

  it("is completed already where the server answers at once", async () => {
    const { client, later } = await connectedClient(extensionServer({ "tools/call": inTurn(done) }));
    const handle = await client.startTask("quick");
    expect(handle.id).toBeUndefined();
    expect(handle.status.status).toBe("completed");
    expect(await handle.result()).toEqual(done);
    const { seen, ended } = collect(handle);
    await calm();
    expect([statuses(seen), ended()]).toEqual([["completed"], "ended"]);
    await handle.cancel();
    expect(later()).toHaveLength(1);
    const again = await client.resumeTask(JSON.stringify(handle));
    expect(await again.result()).toEqual(done);
    await client.close();
  });
});

describe("a task that was saved", () => {
  it("is picked up on another connection, and asked for at once", async () => {
    const first = await connectedClient(extensionServer());
    const text = JSON.stringify(await first.client.startTask("slow"));
    await first.client.close();
    const second = await connectedClient(extensionServer({ "tasks/get": inTurn(completed) }));
    const handle = await second.client.resumeTask(text);
    expect([handle.id, handle.tool, handle.status.status]).toEqual(["t1", "slow", "working"]);
    expect(await handle.result()).toEqual(done);
    await second.client.close();
  });

  it("keeps how it failed, and how far it had come", async () => {
    const { client, clock, end } = await connectedClient(
      extensionServer({ "tasks/get": inTurn(task("failed", { error: { code: -1, message: "no" } })) }),
    );
    const handle = await client.startTask("slow");
    watch(handle.result());
    await pass(clock, 1_000);
    const saved = JSON.parse(JSON.stringify(handle)) as SavedTask;
    const before = end.received.length;
    const again = await client.resumeTask(saved);
    expect(again.status).toMatchObject({ status: "failed", error: { code: -1, message: "no" } });
    expect(JSON.stringify(again)).toBe(JSON.stringify(handle));
    expect(end.received).toHaveLength(before);
    await client.close();
  });

  it.each([
    ["not json", /what JSON.stringify made of a task's handle/],
    ["null", /what JSON.stringify made/],
    ['{"version":2,"id":"a","tool":"t","status":{"status":"working"}}', /what JSON.stringify made/],
    ['{"version":1,"id":"a","status":{"status":"working"}}', /tool must be a string, not missing/],
    ['{"version":1,"id":7,"tool":"t","status":{"status":"working"}}', /id must be a string, not 7/],
    [
      '{"version":1,"tool":"t","status":{"status":"working"}}',
      /id must be a string, where there is no result/,
    ],
    ['{"version":1,"id":"a","tool":"t"}', /status must be an object, not missing/],
    [
      '{"version":1,"id":"a","tool":"t","status":{"status":"on"}}',
      /status.status must be that of a task, not "on"/,
    ],
    ['{"version":1,"tool":"t","result":[],"status":{"status":"completed"}}', /result must be an object/],
  ])("is refused when it is none: %s", async (text, message) => {
    const { client } = await connectedClient(extensionServer());
    const refused = client.resumeTask(text);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
    await client.close();
  });
});

describe("the handle of a task of 2025-11-25", () => {
  it("is there for tools that may be tasks, and asks for the time the task is to be kept", async () => {
    const { client, later } = await connectedClient(experimentalServer());
    const handle = await client.startTask("may", { a: 1 }, { ttlMs: 5_000 });
    expect(handle.status).toMatchObject({ status: "working", ttlMs: 60_000 });
    expect(sent(later(), "tools/call")).toEqual([{ name: "may", arguments: { a: 1 }, task: { ttl: 5_000 } }]);
    await client.close();
  });

  it.each(["never", "plain"])("is not there for a tool that may not be one: %s", async (name) => {
    const { client, later } = await connectedClient(experimentalServer());
    await expect(client.startTask(name)).rejects.toThrow(
      `The tool "${name}" cannot be called as a task: the server lists it without execution.taskSupport`,
    );
    expect(sent(later(), "tools/call")).toEqual([]);
    await client.close();
  });

  it("is there for a tool that has become a task since the tools were listed", async () => {
    let execution = {};
    const script = experimentalServer({
      "tools/list": ({ id }, to) => {
        to.result(id, { tools: [{ name: "t", inputSchema: {}, execution }] });
      },
    });
    const { client } = await connectedClient(script);
    await expect(client.startTask("t")).rejects.toThrow(TypeError);
    execution = { taskSupport: "optional" };
    expect((await client.startTask("t")).id).toBe("t1");
    await client.close();
  });

  it("is not there when the tools cannot be listed, for that reason", async () => {
    const script = experimentalServer({
      "tools/list": refused(-32000),
    });
    const { client } = await connectedClient(script);
    await expect(client.startTask("must")).rejects.toThrow("error -32000");
    await client.close();
  });

  it("waits for a list that others may give up waiting for", async () => {
    const list = held({
      tools: [{ name: "must", inputSchema: {}, execution: { taskSupport: "required" } }],
    });
    const script = experimentalServer({ "tools/list": list.answer });
    const { client, later } = await connectedClient(script);
    const controller = new AbortController();
    const givenUp = watch(client.startTask("must", {}, { signal: controller.signal }));
    const handle = client.startTask("must");
    await calm();
    controller.abort(new Error("enough"));
    await calm();
    expect(givenUp()).toBe("Error: enough");
    list.release();
    expect((await handle).id).toBe("t1");
    expect(sent(later(), "tools/call")).toHaveLength(1);
    await client.close();
  });

  it("cannot cancel it on a server that does not say it takes that", async () => {
    const tasks = { requests: { tools: { call: {} } } };
    const script = legacy(experimentalServer(), { tools: {}, tasks });
    const { client, later } = await connectedClient(script);
    const handle = await client.startTask("must");
    await expect(handle.cancel()).rejects.toMatchObject({
      name: "MissingServerCapabilityError",
      capability: "tasks.cancel",
    });
    expect(sent(later(), "tasks/cancel")).toEqual([]);
    await client.close();
  });

  it.each(["2025-11-25", "2025-06-18"])(
    "needs a server that declares tasks, as one of %s",
    async (revision) => {
      const { client } = await connectedClient(legacy(undefined, { tools: {} }, revision));
      await expect(client.startTask("t")).rejects.toMatchObject({
        name: "MissingServerCapabilityError",
        capability: "tasks.requests.tools.call",
      });
      await client.close();
    },
  );

  it("is told by notifications how it stands, and by polls while somebody iterates", async () => {
    const get = inTurn(experimental("working", { statusMessage: "polled", pollInterval: 2_000 }));
    const { client, clock, end, later } = await connectedClient(experimentalServer({ "tasks/get": get }));
    const handle = await client.startTask("must");
    const { seen } = collect(handle);
    await calm();
    tell(end, "notifications/tasks/status", experimental("working", { statusMessage: "told" }));
    await pass(clock, 3_100);
    expect(seen.map(({ message }) => message)).toEqual([undefined, "told", "polled"]);
    expect(sent(later(), "tasks/get")).toHaveLength(2);
    await client.close();
  });

  it("shows progress in its updates, and how the task ended", async () => {
    const result = held({ ...done, isError: true });
    const script = experimentalServer({
      "tasks/result": result.answer,
      "tasks/get": inTurn(experimental("failed", { statusMessage: "the tool failed" })),
    });
    const { client, end, later } = await connectedClient(script);
    const handle = await client.startTask("must");
    const { seen, ended } = collect(handle);
    tellProgress(end, tokenOf(later().find(({ method }) => method === "tools/call")), 1);
    await calm();
    result.release();
    await calm();
    expect(seen.map(({ status, message, progress }) => [status, message, progress?.progress])).toEqual([
      ["working", undefined, undefined],
      ["working", undefined, 1],
      ["failed", "the tool failed", 1],
    ]);
    expect(ended()).toBe("ended");
    expect(await handle.result()).toEqual({ ...done, isError: true });
    await client.close();
  });

  it("is cancelled with the server's answer", async () => {
    const script = experimentalServer({ "tasks/cancel": inTurn(experimental("cancelled")) });
    const { client } = await connectedClient(script);
    const handle = await client.startTask("must");
    await handle.cancel();
    expect(handle.status.status).toBe("cancelled");
    await client.close();
  });

  it("takes a refusal to cancel for what it is: the task has ended", async () => {
    const script = experimentalServer({
      "tasks/cancel": refused(-32602),
      "tasks/get": inTurn(experimental("completed")),
    });
    const { client } = await connectedClient(script);
    const handle = await client.startTask("must");
    await handle.cancel();
    expect(handle.status.status).toBe("completed");
    await client.close();
  });
});
