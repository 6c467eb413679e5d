import { expect } from "vitest";
import { INFO } from "../harness/client.js";
import type { Behaviours } from "./behaviours.js";

const BUSY = -31001;
const NOTIFICATION = { jsonrpc: "2.0", method: "notifications/unknown" };

export const batches = {
  "batches.answered-together": async ({ client }) => {
    const slow = client.message("tools/call", { name: "wait", arguments: { key: "batch" } });
    const quick = client.message("tools/call", { name: "echo", arguments: { text: "quick" } });
    client.peer.send([slow, NOTIFICATION, quick]);
    await client.call("release", { key: "batch" });
    const answers = await client.peer.nextBatch();
    expect(answers.map(({ id }) => id).sort()).toEqual([slow.id, quick.id].sort());
    expect(answers.every(({ result }) => result !== undefined)).toBe(true);
  },
  "batches.notifications-only": async ({ client }) => {
    await client.settled();
    client.peer.send([NOTIFICATION, NOTIFICATION]);
    expect(await client.settled()).toEqual([]);
  },
  "batches.invalid-elements": async ({ client }) => {
    client.peer.send([1, { foo: "bar" }, client.message("ping", {}, { id: "valid" })]);
    const answers = await client.peer.nextBatch();
    expect(answers).toHaveLength(3);
    expect(answers.filter(({ error }) => error?.code === -32600)).toHaveLength(2);
    expect(answers.find(({ id }) => id === "valid")).toMatchObject({ result: {} });
  },
  "batches.empty": async ({ client }) => {
    client.peer.send([]);
    expect(await client.peer.next(({ error }) => error !== undefined)).toMatchObject({
      error: { code: -32600 },
    });
  },
  "batches.never-initialize": async (trial) => {
    const stranger = await trial.stranger();
    const params = { protocolVersion: trial.revision, capabilities: {}, clientInfo: INFO };
    stranger.peer.send([stranger.message("initialize", params)]);
    const [refused] = await Promise.race([
      stranger.peer.until(({ error }) => error !== undefined),
      stranger.peer.nextBatch(),
    ]);
    expect(refused).toMatchObject({ error: { code: -32600 } });
    trial.client.peer.send([trial.client.message("initialize", params, { id: "again" })]);
    expect(await trial.client.peer.nextBatch()).toMatchObject([{ id: "again", error: { code: -32600 } }]);
  },
  "batches.cancellation": async (trial) => {
    const client = await trial.fresh({ limits: { maxInFlight: 1 } });
    const serving = client.sendCall("wait", { key: "batch-cancel" });
    const waiting = client.sendCall("echo", { text: "never" });
    const method = "notifications/cancelled";
    client.peer.send(
      [waiting, serving].map((requestId) => ({ jsonrpc: "2.0", method, params: { requestId } })),
    );
    const answers = await client.settled();
    // Where nothing waits for its turn, what has to wait is refused.
    expect(answers.filter(({ id, error }) => id !== waiting || error?.code !== BUSY)).toEqual([]);
  },
  "batches.removed": async ({ client }) => {
    await client.settled();
    client.peer.send([client.message("tools/list", {}, { id: "first" }), client.message("tools/list")]);
    expect(await client.settled()).toMatchObject([{ error: { code: -32600 } }]);
  },
} satisfies Behaviours;
