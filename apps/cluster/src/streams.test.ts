import type { JsonObject } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { behindEach } from "./harness/started.test-kit.js";
import type { Answer, Session } from "./harness/wire.js";

/** An import that goes on for so many reports of progress, of which there are ten a second. */
const importing = (session: Session, reports: number): Promise<Answer> =>
  session.call("import_notes", {
    notes: Array.from({ length: reports }, (_, index) => ({ title: `Note ${String(index)}` })),
    perSecond: 10,
  });

const progressOf = (messages: readonly (JsonObject | undefined)[]): readonly unknown[] =>
  messages.flatMap((message) => {
    // What is sent with a method has params.
    const { progress } = (message?.["params"] ?? {}) as { progress?: unknown };
    return progress === undefined ? [] : [progress];
  });

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

const imported = (count: number): unknown =>
  expect.objectContaining({
    result: expect.objectContaining({
      structuredContent: { imported: count, lastId: expect.any(Number) as unknown },
    }) as unknown,
  });

describe("a stream on three nodes", () => {
  behindEach({}, (front) => {
    it("is taken up on another node, while the call goes on where it was made", async () => {
      const session = await front().wire.begin();
      const call = await importing(session, 8);
      const before = [await call.next(), await call.next()];
      call.cut();
      const resumed = await session.get(call.lastEventId);
      expect(resumed.status).toBe(200);
      expect(resumed.servedBy).not.toBe(call.servedBy);
      const after = await resumed.rest();
      expect(progressOf([...before, ...after])).toEqual(upTo(8));
      expect(after.at(-1)).toEqual(imported(8));
    });

    it("is the newest reader's, on whichever node", async () => {
      const session = await front().wire.begin();
      const call = await importing(session, 8);
      const before = [await call.next()];
      const newer = await session.get(call.lastEventId);
      expect(newer.servedBy).not.toBe(call.servedBy);
      const [left, after] = await Promise.all([call.rest(), newer.rest()]);
      // What is on its way to the older one as the newer one comes is read by both.
      expect(left.some((message) => "result" in message)).toBe(false);
      expect(progressOf([...before, ...after])).toEqual(upTo(8));
      expect(after.at(-1)).toEqual(imported(8));
    });

    it("loses nothing when its node is drained, during that and after it", async () => {
      const { cluster } = front();
      const session = await front().wire.begin();
      const call = await importing(session, 15);
      const before = [await call.next()];
      const cursor = call.lastEventId;
      const node = cluster.nodes.find(({ address }) => call.servedBy.endsWith(address));
      if (node === undefined) throw new Error(`${call.servedBy} is none of the nodes`);
      const drained = node.drain();
      before.push(...(await call.rest()));
      const resumed = await session.get(call.lastEventId);
      expect(resumed.status).toBe(200);
      const after = await resumed.rest();
      await drained;
      expect(node.exitCode).toBe(0);
      expect(progressOf([...before, ...after])).toEqual(upTo(15));
      expect(after.at(-1)).toEqual(imported(15));

      const again = await session.get(cursor);
      expect(progressOf(await again.rest())).toEqual(upTo(15).slice(1));
      await node.start();
    });
  });
});
