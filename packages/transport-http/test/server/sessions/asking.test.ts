import type { Context } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Client } from "../../support/client.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { stage } from "../../support/stage.js";

const YES = { action: "accept", content: { ok: true } };

const ask = (ctx: Context, question: string): Promise<{ readonly action: string }> =>
  ctx.elicit(question, z.object({ ok: z.boolean() }));

describe("a question of the server's", () => {
  it("goes out on the stream of the call that asks, and on no other", async () => {
    const { url, playing } = await stage({ sessions: true });
    const client = await Client.begin(url);
    const listening = await client.get();
    const [one, two] = [client.call("play", { name: "one" }), client.call("play", { name: "two" })];
    const plays = [await playing("one"), await playing("two")] as const;
    const answers = [ask(plays[0].ctx, "one?"), ask(plays[1].ctx, "two?")];
    const questions = [await (await one).message(), await (await two).message()];
    expect(questions).toMatchObject([{ params: { message: "one?" } }, { params: { message: "two?" } }]);
    expect(await client.answer(questions[1]?.id, YES)).toBe(202);
    expect(await client.answer(questions[0]?.id, { action: "decline" })).toBe(202);
    expect(await Promise.all(answers)).toMatchObject([{ action: "decline" }, { action: "accept" }]);
    for (const { end } of plays) end("done");
    expect([await (await one).rest(), await (await two).rest()]).toMatchObject([
      [{ result: {} }],
      [{ result: {} }],
    ]);
    await client.end();
    expect(await listening.rest()).toEqual([]);
  });

  it("is answered once, by its own session, and by an id that was asked", async () => {
    const { url, playing } = await stage({ sessions: true });
    const [client, other] = [await Client.begin(url), await Client.begin(url)];
    const call = client.call("play", { name: "asking" });
    const { ctx, end } = await playing("asking");
    const answer = ask(ctx, "well?");
    const { id } = await (await call).message();
    expect(await other.answer(id, { action: "decline" })).toBe(400);
    expect(await client.answer("another", YES)).toBe(400);
    expect(await client.answer(id, YES)).toBe(202);
    expect(await client.answer(id, YES)).toBe(400);
    expect(await answer).toMatchObject({ action: "accept" });
    end("done");
    await (await call).rest();
  });

  it("has an id that the session has not seen, also when it has been idle in between", async () => {
    const { url, playing, links } = await stage({ sessions: true });
    const client = await Client.begin(url);
    const ids = new Set<unknown>();
    for (const name of ["before", "after"]) {
      const call = client.call("play", { name });
      const { ctx, end } = await playing(name);
      const answer = ask(ctx, "well?");
      const { id } = await (await call).message();
      ids.add(id);
      expect(await client.answer(id, YES)).toBe(202);
      await answer;
      end("done");
      await (await call).rest();
      for (let count = 0; name === "before" && count < 1024; count++) await Client.begin(url);
    }
    await nextTurn();
    expect(links.count).toBe(1024);
    expect(ids.size).toBe(2);
  });

  it("fails without sessions, saying what to do", async () => {
    const { url, playing } = await stage();
    const call = new Client(url).request("tools/call", { name: "play", arguments: { name: "asking" } });
    const { ctx, end } = await playing("asking");
    await expect(ask(ctx, "well?")).rejects.toThrow("sessions: true");
    end("done");
    expect(await call).toMatchObject({ result: {} });
  });

  it("is answered by nobody without sessions", async () => {
    const { url } = await stage();
    expect(await new Client(url).answer(1, {})).toBe(400);
  });
});

describe("without sessions", () => {
  it("nothing is declared that needs one", async () => {
    const [without, within] = [await stage(), await stage({ sessions: true })];
    const declared = async (url: string): Promise<unknown> => {
      const params = {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      };
      const { result } = await new Client(url).request("initialize", params);
      return result?.["capabilities"];
    };
    expect(await declared(without.url)).toEqual({ tools: {}, resources: {} });
    expect(await declared(within.url)).toEqual({
      tools: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      logging: {},
    });
  });

  it("no session is named, and GET and DELETE are not allowed", async () => {
    const { url } = await stage();
    const client = await Client.begin(url);
    expect(client.session).toBe("");
    const listening = await client.get();
    expect([listening.status, listening.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await client.end()).toBe(405);
  });

  it.each([
    ["logging/setLevel", { level: "info" }],
    ["resources/subscribe", { uri: "notes://today" }],
  ])("%s is refused, saying what to do", async (method, params) => {
    const { url } = await stage();
    const message = expect.stringMatching(
      /needs a session to be kept in; .* \(pass sessions: true to/,
    ) as string;
    expect(await new Client(url).request(method, params)).toMatchObject({ error: { code: -32600, message } });
  });
});
