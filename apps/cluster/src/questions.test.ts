import { describe, expect, it } from "vitest";
import { addNotes, behindEach } from "./harness/started.test-kit.js";

describe("a question that a call asks on one of three nodes", () => {
  behindEach({}, (front) => {
    it("is answered on another one", async () => {
      const [id] = await addNotes(front(), 1);
      const session = await front().wire.begin();
      const call = await session.call("delete_note", { id });
      const question = await call.next();
      expect(question).toMatchObject({ method: "elicitation/create" });
      const answer = { id: question?.["id"], result: { action: "decline" } };
      const answered = await session.post(answer);
      expect(answered.status).toBe(202);
      expect(answered.servedBy).not.toBe(call.servedBy);
      expect(await call.response()).toMatchObject({
        result: { content: [{ text: `Note ${String(id)} stays: the user chose decline` }] },
      });
      // Nobody waits for it any more, and that is what its client is told.
      expect((await session.post(answer)).status).toBe(400);
    });

    it("is not said to be answered when whoever asked is gone", async () => {
      const { cluster } = front();
      const [id] = await addNotes(front(), 1);
      const session = await front().wire.begin();
      const call = await session.call("delete_note", { id });
      const question = await call.next();
      const node = cluster.nodes.find(({ address }) => call.servedBy.endsWith(address));
      await node?.kill();
      const answer = { id: question?.["id"], result: { action: "accept", content: {} } };
      // Until the node is known to be gone, it may only have lost sight of Redis for a moment.
      expect((await session.post(answer)).status).toBe(503);
      await expect
        .poll(async () => (await session.post(answer)).status, { timeout: 20_000, interval: 500 })
        .toBe(400);
      expect(await (await session.post(answer)).response()).toMatchObject({
        error: { message: expect.stringContaining("whoever asked is gone") as unknown },
      });
      await node?.start();
    });
  });
});
