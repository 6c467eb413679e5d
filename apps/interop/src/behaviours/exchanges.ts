import { expect } from "vitest";
import { ABLE, isNotification, isResponseTo } from "../harness/client.js";
import { hasFailed, isRequest } from "./asking.js";
import type { Behaviours } from "./behaviours.js";

const isProgress = isNotification("notifications/progress");

export const cancellation = {
  "cancellation.stops": async ({ client }) => {
    for (const throws of [false, true]) {
      const key = `stops-${String(throws)}`;
      const waiting = client.sendCall("wait", { key, throws });
      client.cancel(waiting);
      await client.call("await_abort", { key });
      expect((await client.settled()).filter(isResponseTo(waiting))).toEqual([]);
    }
  },
  "cancellation.reason": async ({ client }) => {
    client.cancel(client.sendCall("wait", { key: "reason" }), "found it elsewhere");
    expect(await client.text("await_abort", { key: "reason" })).toBe("found it elsewhere");
  },
  "cancellation.silent": async ({ client }) => {
    const meta = client.isStateless
      ? { progressToken: "silent", "io.modelcontextprotocol/logLevel": "debug" }
      : { progressToken: "silent" };
    const waiting = client.sendCall("wait", { key: "silent" }, { meta });
    await client.peer.next(isProgress);
    client.cancel(waiting);
    await client.call("await_abort", { key: "silent" });
    expect(await client.settled()).toEqual([]);
  },
  "cancellation.invalid-ignored": async ({ client }) => {
    await client.settled();
    client.cancel("nobody has this id");
    const finished = client.sendCall("echo", { text: "done" });
    await client.response(finished);
    client.cancel(finished);
    for (const params of [{}, { requestId: null }, { requestId: { a: 1 } }]) {
      client.notify("notifications/cancelled", params);
    }
    expect(await client.settled()).toEqual([]);
  },
  "cancellation.race": async ({ client }) => {
    await client.settled();
    const ids = Array.from({ length: 50 }, (_, index) => {
      const id = client.sendCall("report", { values: [] }, { id: `race-${String(index)}` });
      if (index % 2 === 0) client.cancel(id);
      return id;
    });
    const uncancelled = ids.filter((_, index) => index % 2 === 1);
    const answered = new Set<unknown>();
    while (uncancelled.some((id) => !answered.has(id))) {
      const { id } = await client.peer.next((message) => String(message.id).startsWith("race-"));
      expect(answered).not.toContain(id);
      answered.add(id);
    }
    const late = (await client.settled()).map(({ id }) => id);
    expect(late.filter((id) => answered.has(id))).toEqual([]);
  },
  "cancellation.server-timeout": async (trial) => {
    const client = await trial.fresh({ askTimeoutMs: 1 }, ABLE);
    const calling = client.sendCall("list_roots");
    const question = await client.peer.next(isRequest);
    const cancelled = await client.peer.next(isNotification("notifications/cancelled"));
    expect(cancelled.params).toMatchObject({ requestId: question.id });
    expect(hasFailed(await client.response(calling))).toBe(true);
  },
  "cancellation.server-sends": async ({ client }) => {
    await client.settled();
    const calling = client.sendCall("list_roots");
    const question = await client.peer.next(isRequest);
    client.cancel(calling);
    const cancelled = await client.peer.next(isNotification("notifications/cancelled"));
    expect(cancelled.params).toMatchObject({ requestId: question.id });
    expect(await client.settled()).toEqual([]);
  },
} satisfies Behaviours;

export const progress = {
  "progress.token": async ({ client }) => {
    for (const progressToken of ["a token", 42]) {
      const id = client.sendCall("report", { values: [1, 2] }, { meta: { progressToken } });
      const messages = await client.peer.until(isResponseTo(id));
      const tokens = messages.filter(isProgress).map(({ params }) => params?.["progressToken"]);
      expect(tokens).toEqual([progressToken, progressToken]);
    }
  },
  "progress.increases": async ({ client }) => {
    const values = [1, 3, 2, 3, 0, 3.5, 7];
    const id = client.sendCall("report", { values }, { meta: { progressToken: "up" } });
    const messages = await client.peer.until(isResponseTo(id));
    const reported = messages.filter(isProgress).map(({ params }) => params?.["progress"]);
    expect(reported).toEqual([1, 3, 3.5, 7]);
  },
  "progress.message": async ({ client }) => {
    const id = client.sendCall(
      "report",
      { values: [5], message: "half way" },
      { meta: { progressToken: "told" } },
    );
    const [told] = await client.peer.until(isResponseTo(id));
    expect(told?.params).toMatchObject({ progress: 5, total: 10, message: "half way" });
  },
  "progress.only-asked": async ({ client }) => {
    await client.settled();
    await client.call("report", { values: [1, 2, 3] });
    expect(await client.settled()).toEqual([]);
  },
  "progress.stops": async ({ client }) => {
    const id = client.sendCall("keep", {}, { meta: { progressToken: "kept" } });
    await client.peer.until(isResponseTo(id));
    await client.call("use_kept");
    expect(await client.settled()).toEqual([]);
  },
  "progress.token-type": async ({ client }) => {
    for (const progressToken of [null, 1.5, true, {}]) {
      expect(await client.call("report", { values: [1] }, { meta: { progressToken } })).toMatchObject({
        error: { code: -32602, message: expect.stringContaining("progressToken") as string },
      });
    }
  },
} satisfies Behaviours;
