import { describe, expect, it } from "vitest";
import { addNotes, behindEach } from "./harness/started.test-kit.js";
import { counting } from "./harness/node.js";
import type { Answer } from "./harness/wire.js";

const addressesOf = (answers: readonly Answer[]): Set<string> =>
  new Set(answers.map(({ servedBy }) => servedBy));

/** As many requests as there are nodes come to each of them once. */
const thrice = async (send: () => Promise<Answer>): Promise<readonly Answer[]> => [
  await send(),
  await send(),
  await send(),
];

describe("a session on three nodes", () => {
  behindEach({}, (front) => {
    it("takes requests on every node, and ends on all of them", async () => {
      const session = await front().wire.begin();
      const answers = await thrice(() => session.request("tools/list"));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(addressesOf(answers).size).toBe(3);
      for (const answer of answers) expect(await answer.response()).toHaveProperty("result.tools");

      expect((await session.delete()).status).toBe(204);
      const gone = await thrice(() => session.request("tools/list"));
      expect(gone.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(addressesOf(gone).size).toBe(3);
    });

    it("has its stream ended where that is when it is deleted elsewhere", async () => {
      const session = await front().wire.begin();
      const standing = await session.get();
      expect(standing.status).toBe(200);
      const deleted = await session.delete();
      expect(addressesOf([standing, deleted]).size).toBe(2);
      expect(await standing.rest()).toEqual([]);
    });

    it("is nobody's if it never was: 404 from every node, whatever is asked", async () => {
      const known = await front().wire.begin();
      const unknown = known.at(front().url, crypto.randomUUID());
      for (const ask of [() => unknown.request("ping"), () => unknown.get(), () => unknown.delete()]) {
        const answers = await thrice(ask);
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
        expect(addressesOf(answers).size).toBe(3);
      }
    });

    it("keeps what was set on one node for all others", async () => {
      const session = await front().wire.begin();
      const set = await session.request("logging/setLevel", { level: "info" });
      const added = await thrice(() => session.call("add_note", { title: "Logged" }));
      expect(addressesOf([set, ...added]).size).toBe(3);
      for (const answer of added)
        expect(await answer.rest()).toEqual([
          expect.objectContaining({ method: "notifications/message" }),
          expect.objectContaining({ result: expect.anything() as unknown }),
        ]);
    });

    it("has a call cancelled on whichever node that runs", async () => {
      const session = await front().wire.begin();
      const notes = Array.from({ length: 500 }, () => ({ title: "Imported" }));
      const call = await session.call("import_notes", { notes, perSecond: 20 });
      await call.next();
      const params = { requestId: session.lastId };
      const cancelled = await session.post({ method: "notifications/cancelled", params });
      expect(cancelled.status).toBe(202);
      expect(addressesOf([call, cancelled]).size).toBe(2);
      const rest = await call.rest();
      expect(rest.filter((message) => "result" in message || "error" in message)).toEqual([]);
    });
  });
});

describe("the stateless era on three nodes", () => {
  behindEach({}, (front) => {
    it("is served by every node", async () => {
      const answers = await thrice(() => front().wire.stateless("search_notes"));
      expect(addressesOf(answers).size).toBe(3);
      for (const answer of answers)
        expect(await answer.response()).toHaveProperty("result.structuredContent");
    });

    it("opens on one node what another one has sealed", async () => {
      const [id] = await addNotes(front(), 1);
      const asked = await front().wire.stateless("delete_note", { id });
      const { result } = await asked.response();
      expect(result).toMatchObject({ resultType: "input_required" });
      const { inputRequests, requestState } = result as { inputRequests: object; requestState: string };
      const inputResponses = Object.fromEntries(
        Object.keys(inputRequests).map((key) => [key, { action: "decline" }]),
      );
      const answered = await front().wire.stateless("delete_note", { id }, { inputResponses, requestState });
      expect(addressesOf([asked, answered]).size).toBe(2);
      expect(await answered.response()).toMatchObject({
        result: { content: [{ text: `Note ${String(id)} stays: the user chose decline` }] },
      });
    });
  });
});

describe("the sessions of all nodes together", () => {
  behindEach({ program: counting({ maxSessions: 3 }) }, (front) => {
    it("are as many as one node may have", async () => {
      const sessions = await Promise.all(Array.from({ length: 3 }, () => front().wire.begin()));
      await expect(front().wire.begin()).rejects.toThrow(/503 .*3 sessions are open/);
      for (const session of sessions) expect((await session.delete()).status).toBe(204);
      const another = await front().wire.begin();
      expect((await another.delete()).status).toBe(204);
    });
  });
});
