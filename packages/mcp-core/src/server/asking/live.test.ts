import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  accepted,
  asking,
  callLive,
  EVERYTHING,
  responseTo,
  said,
  type Asking,
  type Handler,
} from "../../../test/support/asking.js";
import { gate } from "../../../test/support/gate.js";
import { handshaken, openLink, settled, type TestLink, type Wire } from "../../../test/support/link.js";
import { unhandledDuring } from "../../../test/support/unhandled.js";
import type { Handshake } from "../../protocol/handshake.js";
import type { HandshakeRevision } from "../../protocol/revisions.js";
import type { State } from "../../state/contract.js";
import { memoryState } from "../../state/memory/memory-state.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { ServerCore } from "../core.js";
import { ServerLink } from "../link.js";

const day = z.object({ day: z.string() });
const peerOf = (peer: Parameters<typeof openLink>[1] = {}) => ({ capabilities: EVERYTHING, peer });

async function opened(handler: Handler, revision: HandshakeRevision = "2025-11-25"): Promise<TestLink> {
  return handshaken(asking(handler).server, revision, peerOf());
}

const failed = (text: string) => ({ isError: true, content: [{ type: "text", text }] });
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "no error");
const hasAsked = (sent: readonly Wire[]) => async () => {
  while (!sent.some(({ id }) => id !== undefined)) await settled();
};

describe("a question in the handshake era", () => {
  it("goes out on the exchange that led to it, and is answered while the handler waits", async () => {
    let runs = 0;
    const link = await opened(async (ctx) => {
      runs += 1;
      const answer = await ctx.elicit("Which day?", day);
      return answer.action === "accept" ? answer.content.day : answer.action;
    });
    const { reply, sent } = await callLive(link, () => accepted({ day: "Monday" }));
    expect(sent).toEqual([
      {
        jsonrpc: "2.0",
        id: expect.any(String) as string,
        method: "elicitation/create",
        params: {
          mode: "form",
          message: "Which day?",
          requestedSchema: {
            type: "object",
            properties: { day: { type: "string" } },
            required: ["day"],
          },
        },
      },
    ]);
    expect([said(reply), runs, link.pushed]).toEqual(["Monday", 1, []]);
    for (const action of ["decline", "cancel"])
      expect(said((await callLive(link, () => ({ action }))).reply)).toBe(action);
  });

  it("may be one of several at the same time, answered in any order", async () => {
    const link = await opened(async (ctx) => {
      const { model, roots, form } = await ctx.ask({
        model: { messages: [{ role: "user", content: { type: "text", text: "?" } }], maxTokens: 1 },
        roots: "roots",
        form: { message: "A?", schema: day },
      });
      return JSON.stringify([model.model, roots, form]);
    });
    const waiting: Wire[] = [];
    const answers = new Map([
      ["sampling/createMessage", { role: "assistant", model: "m", content: { type: "text", text: "!" } }],
      ["roots/list", { roots: [{ uri: "file:///a" }] }],
      ["elicitation/create", accepted({ day: "x" })],
    ]);
    const { reply } = await callLive(link, (request) => {
      waiting.push(request);
      if (waiting.length === 3)
        for (const one of waiting.toReversed())
          void link.link.answer(responseTo(one, answers.get(one.method ?? "") ?? {}));
      return undefined;
    });
    expect(said(reply)).toBe('["m",[{"uri":"file:///a"}],{"action":"accept","content":{"day":"x"}}]');
  });

  it("that the client refuses is a result the model sees, unless the handler catches it", async () => {
    const refusing = () => ({ code: -1 });
    const link = await opened((ctx) => ctx.elicit("A?"));
    const { reply } = await callLive(link, refusing);
    expect(reply?.result).toMatchObject(failed("elicitation/create: the client answered with an error: no"));
    const catching = await opened((ctx) => ctx.elicit("A?").catch(nameOf));
    expect(said((await callLive(catching, refusing)).reply)).toBe("AskRefusedError");
  });

  it.each([
    [{}, "action must be one of accept, decline, cancel"],
    [
      accepted({ day: 1 }),
      "The content does not fit the form: day: Invalid input: expected string, received number",
    ],
  ])("that is answered with %j fails", async (answer, problem) => {
    const link = await opened((ctx) => ctx.elicit("A?", day));
    expect((await callLive(link, () => answer)).reply?.result).toMatchObject(failed(problem));
    const catching = await opened((ctx) => ctx.elicit("A?", day).catch(nameOf));
    expect(said((await callLive(catching, () => answer)).reply)).toBe("InvalidAnswerError");
  });

  it("that is not answered in time fails, and is cancelled", async () => {
    const clock = new ManualClock();
    const core = new ServerCore({ name: "s", version: "1" }, { askTimeoutMs: 100 }, clock);
    core.tools.add("run", {}, (_args, ctx) => ctx.elicit("A?"));
    const link = await handshaken({ open: (peer) => new ServerLink(core, peer) }, "2025-11-25", peerOf());
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { sent });
    await hasAsked(sent)();
    clock.advance(100);
    const text = "elicitation/create: the client gave no answer within 100 ms";
    expect((await reply)?.result).toMatchObject(failed(text));
    expect(sent[1]).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: sent[0]?.id, reason: text },
    });
    expect(clock.pending).toBe(0);
  });

  it("is cancelled with the request that led to it", async () => {
    const reasons: unknown[] = [];
    const link = await opened((ctx) =>
      ctx.elicit("A?").catch((error: unknown) => {
        reasons.push(error);
        throw error;
      }),
    );
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { id: "x", sent });
    await hasAsked(sent)();
    link.notify("notifications/cancelled", { requestId: "x", reason: "changed my mind" });
    expect(await reply).toBeUndefined();
    expect(sent.map(({ method }) => method)).toEqual(["elicitation/create", "notifications/cancelled"]);
    expect(sent[1]?.params).toEqual({ requestId: sent[0]?.id, reason: "changed my mind" });
    await settled();
    expect(reasons.map(String)).toEqual(["AbortError: changed my mind"]);
  });

  it("fails when the client is gone", async () => {
    const reasons: unknown[] = [];
    const link = await opened((ctx) => ctx.elicit("A?").catch((error: unknown) => reasons.push(error)));
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { sent });
    await hasAsked(sent)();
    await link.link.close({ kind: "lost" });
    expect(await reply).toBeUndefined();
    expect(reasons.map(String)).toEqual(["ConnectionLostError: The client is gone; no answer can come"]);
  });

  it("is withdrawn when the handler ends without the answer, and is no unhandled rejection", async () => {
    const unhandled = await unhandledDuring(async () => {
      const link = await opened(async (ctx) => {
        void ctx.elicit("A?");
        void ctx.roots();
        await settled();
        return "done";
      });
      const { reply, sent } = await callLive(link, () => undefined);
      expect(said(reply)).toBe("done");
      expect(sent.map(({ method }) => method)).toEqual([
        "elicitation/create",
        "roots/list",
        "notifications/cancelled",
        "notifications/cancelled",
      ]);
    });
    expect(unhandled).toEqual([]);
  });

  it("is not put to a client whose answers do not come here", async () => {
    const { server } = asking((ctx) => ctx.elicit("A?"));
    const { reply, sent } = await callLive(
      await handshaken(server, "2025-11-25", peerOf({ unanswerable: "nobody listens" })),
      () => accepted(),
    );
    const text = "elicitation/create cannot be sent: nobody listens";
    expect(reply?.error).toMatchObject({ code: -32600, message: text });
    expect(sent).toEqual([]);
  });

  it("is not put to a client that did not declare it", async () => {
    const { server } = asking((ctx) => ctx.elicit("A?"));
    const { reply, sent } = await callLive(await handshaken(server, "2025-11-25", {}), () => accepted());
    expect(reply?.error).toMatchObject({
      code: -32600,
      message: "The client did not declare: elicitation.form",
    });
    expect(sent).toEqual([]);
  });

  it("has a key that no other has, as in the stateless era", async () => {
    const link = await opened((ctx) =>
      ctx.elicit("A?", day, { key: "a" }).then(() => ctx.roots({ key: "a" })),
    );
    const { reply } = await callLive(link, () => accepted({ day: "x" }));
    expect(said(reply)).toBe('Two questions of one run have the key "a"');
  });
});

describe("a peer whose handlers are replayed", () => {
  const replaying = (handler: Handler) =>
    handshaken(asking(handler).server, "2025-11-25", peerOf({ replays: true }));

  it("sees the handler run anew with every answer, and its steps once", async () => {
    const ran: string[] = [];
    const link = await replaying(async (ctx) => {
      ran.push("begin");
      const both = await Promise.all([ctx.elicit("A?", day), ctx.elicit("B?", day)]);
      await ctx.step("step", () => void ran.push("step"));
      await ctx.elicit("C?", day);
      ran.push("end");
      return both.map(({ action }) => action).join();
    });
    const { reply, sent } = await callLive(link, () => accepted({ day: "x" }));
    expect(said(reply)).toBe("accept,accept");
    expect(sent.map(({ params }) => params?.["message"])).toEqual(["A?", "B?", "C?"]);
    expect(ran).toEqual(["begin", "begin", "step", "begin", "end"]);
  });

  it("is told when nothing comes of it", async () => {
    let time = 0;
    const link = await replaying((ctx) => ctx.elicit(`It is ${String(++time)}?`));
    const { reply } = await callLive(link, () => accepted());
    expect(said(reply)).toBe('The questions of tools/call ("run") differ from run to run: pass a key');
  });

  it("is not answered any more once the request is cancelled", async () => {
    const link = await replaying((ctx) => ctx.elicit("A?"));
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { id: "x", sent });
    await hasAsked(sent)();
    link.notify("notifications/cancelled", { requestId: "x" });
    expect(await reply).toBeUndefined();
    expect(sent.map(({ method }) => method)).toEqual(["elicitation/create", "notifications/cancelled"]);
    await link.link.close({ kind: "closed" });
  });
});

describe("what is sent in each revision", () => {
  const sentTo = async (revision: HandshakeRevision, handler: Handler): Promise<Wire[]> =>
    (await callLive(await opened(handler, revision), () => ({ code: -1 }))).sent;

  it("is a form without a mode, and of simpler fields, in 2025-06-18", async () => {
    const form = z.object({
      name: z.string().min(1).default("x"),
      sure: z.boolean().default(true),
      colour: z.enum(["red", "blue"]).default("red"),
      size: z.union([z.literal("s").meta({ title: "Small" }), z.literal("l").meta({ title: "Large" })]),
    });
    const [request] = await sentTo("2025-06-18", (ctx) => ctx.elicit("A?", form));
    expect(request?.params).toEqual({
      message: "A?",
      requestedSchema: {
        type: "object",
        properties: {
          name: { type: "string", minLength: 1 },
          sure: { type: "boolean", default: true },
          colour: { type: "string", enum: ["red", "blue"] },
          size: { type: "string", enum: ["s", "l"], enumNames: ["Small", "Large"] },
        },
        required: ["size"],
      },
    });
  });

  it("is no list to choose of in 2025-06-18, which the caller is told", async () => {
    const form = z.object({ tags: z.array(z.enum(["a", "b"])) });
    const link = await opened((ctx) => ctx.elicit("A?", form), "2025-06-18");
    const { reply, sent } = await callLive(link, () => accepted());
    expect(reply?.error?.message).toBe(
      'The client cannot be asked for "tags": several values can be chosen from revision 2025-11-25 on',
    );
    expect(sent).toEqual([]);
  });

  it("is an id with each URL in 2025-11-25, chosen or made", async () => {
    const url = new URL("https://example.com/");
    const sent = await sentTo("2025-11-25", (ctx) =>
      Promise.allSettled([ctx.elicit("A?", url), ctx.elicit("B?", url, { elicitationId: "mine" })]),
    );
    expect(sent.map(({ params }) => params)).toEqual([
      { mode: "url", message: "A?", url: url.href, elicitationId: expect.any(String) as string },
      { mode: "url", message: "B?", url: url.href, elicitationId: "mine" },
    ]);
  });

  it("is one content for each message before 2025-11-25", async () => {
    const text = (one: string) => ({ type: "text", text: one }) as const;
    const sample: Handler = (ctx) =>
      ctx.sample({
        messages: [
          { role: "user", content: [text("a"), text("b")] },
          { role: "assistant", content: text("c") },
        ],
        maxTokens: 5,
      });
    for (const revision of ["2024-11-05", "2025-03-26", "2025-06-18"] as const)
      expect((await sentTo(revision, sample))[0]?.params?.["messages"]).toEqual([
        { role: "user", content: text("a") },
        { role: "user", content: text("b") },
        { role: "assistant", content: text("c") },
      ]);
    expect((await sentTo("2025-11-25", sample))[0]?.params?.["messages"]).toHaveLength(2);
  });
});

describe("a session that several nodes serve", () => {
  const ask: Handler = async (ctx) => (await ctx.elicit("A?")).action;

  /** A link to one node, in a session that has had its handshake. */
  async function inSession(node: Asking, id: string, handshake?: Handshake): Promise<[TestLink, Handshake]> {
    let known = handshake;
    const remember = (agreed: Handshake): void => void (known = agreed);
    const session = { id, remember, ...(handshake !== undefined && { handshake }) };
    const link =
      handshake === undefined
        ? await handshaken(node.server, "2025-11-25", peerOf({ session }))
        : openLink(node.server, { session });
    if (known === undefined) throw new Error("There was no handshake");
    return [link, known];
  }

  /** Calls a tool that asks, and gives what it asked. */
  async function callIn(link: TestLink, id?: string) {
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { sent, ...(id !== undefined && { id }) });
    await hasAsked(sent)();
    const [question = {}] = sent;
    return { reply, question, sent };
  }

  it("has its answers wherever they come in", async () => {
    const state = memoryState();
    const [a, b] = [asking(ask, { state }), asking(ask, { state })];
    const [one, handshake] = await inSession(a, "s1");
    const [two] = await inSession(b, "s1", handshake);
    const [three] = await inSession(a, "s1", handshake);
    const first = await callIn(one);
    expect(await two.link.answer(responseTo(first.question, accepted()))).toBe("delivered");
    expect(said(await first.reply)).toBe("accept");
    const second = await callIn(one);
    expect(await three.link.answer(responseTo(second.question, { action: "cancel" }))).toBe("delivered");
    expect(said(await second.reply)).toBe("cancel");
    const third = await callIn(one);
    expect(await two.link.answer(responseTo(third.question, { code: -1 }))).toBe("delivered");
    expect((await third.reply)?.result?.["isError"]).toBe(true);
    expect(await two.link.answer(responseTo(third.question, accepted()))).toBe("unknown");
    expect(await one.link.answer(responseTo(third.question, accepted()))).toBe("unknown");
  });

  it("has no answers of another session", async () => {
    const state = memoryState();
    const [a, b] = [asking(ask, { state }), asking(ask, { state })];
    const [one] = await inSession(a, "s1");
    const [other] = await inSession(b, "s2");
    const [longer] = await inSession(b, "s1/x");
    const { reply, question } = await callIn(one);
    for (const link of [other, longer])
      expect(await link.link.answer(responseTo(question, accepted({ stolen: true })))).not.toBe("delivered");
    expect(await one.link.answer(responseTo(question, { action: "decline" }))).toBe("delivered");
    expect(said(await reply)).toBe("decline");
  });

  it("has lost the answers whose asker is gone", async () => {
    const state = memoryState();
    const [a, b] = [asking(ask, { state }), asking(ask, { state })];
    const [one, handshake] = await inSession(a, "s1");
    const [two] = await inSession(b, "s1", handshake);
    const { reply, question } = await callIn(one);
    await one.link.close({ kind: "lost" });
    expect(await reply).toBeUndefined();
    expect(await two.link.answer(responseTo(question, accepted()))).toBe("lost");
  });

  it.each(["nobody's", "", 7, "1:2"])("does not know answers nobody asked for (id %j)", async (id) => {
    const state = memoryState();
    const [link] = await inSession(asking(ask, { state }), "s1");
    expect(await link.link.answer({ jsonrpc: "2.0", id, result: {} })).not.toBe("delivered");
    if (id !== "1:2") expect(await link.link.answer({ jsonrpc: "2.0", id, result: {} })).toBe("unknown");
  });

  /** A state whose bus takes its time to serve a topic. */
  function slowToServe(served: Promise<void>, asked: () => void): State {
    const { records, logs, bus, ...state } = memoryState();
    return {
      ...state,
      records,
      logs,
      bus: {
        publish: (...args) => bus.publish(...args),
        subscribe: (...args) => bus.subscribe(...args),
        request: (...args) => bus.request(...args),
        serve: async (...args) => {
          asked();
          await served;
          return bus.serve(...args);
        },
      },
    };
  }

  it.each<[string, (link: TestLink) => unknown]>([
    ["its request is cancelled", (link) => link.notify("notifications/cancelled", { requestId: "x" })],
    ["its client is gone", (link) => link.link.close({ kind: "lost" })],
  ])("asks nothing more when %s before it could", async (_when, end) => {
    const [ready, serving] = [gate(), gate()];
    const outcomes: unknown[] = [];
    const node = asking((ctx) => ctx.elicit("A?").catch((error: unknown) => outcomes.push(error)), {
      state: slowToServe(ready.promise, serving.open),
    });
    const [link] = await inSession(node, "s1");
    const sent: Wire[] = [];
    const reply = link.request("tools/call", { name: "run" }, { id: "x", sent });
    await serving.promise;
    const ended = end(link);
    expect(await reply).toBeUndefined();
    ready.open();
    await ended;
    await link.link.close({ kind: "closed" });
    expect([outcomes.length, sent]).toEqual([1, []]);
  });
});
