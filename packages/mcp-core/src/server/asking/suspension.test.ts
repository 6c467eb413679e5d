import { describe, expect, it } from "vitest";
import {
  accepted,
  asked,
  asking,
  callLive,
  EVERYTHING,
  messages,
  round,
  said,
  type Handler,
} from "../../../test/support/asking.js";
import { gate } from "../../../test/support/gate.js";
import { handshaken, openLink } from "../../../test/support/link.js";
import { unhandledDuring } from "../../../test/support/unhandled.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { nextTurn } from "../../protocol/turn.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { ServerCore } from "../core.js";
import { ServerLink } from "../link.js";
import { Suspended } from "./suspended.js";

/** A link to a server whose clock the test owns. */
function onClock(handler: Handler, clock: ManualClock) {
  const errors: unknown[] = [];
  const core = new ServerCore(
    { name: "s", version: "1" },
    { onError: (error) => void errors.push(error) },
    clock,
  );
  core.tools.add("run", {}, (_args, ctx) => handler(ctx) as object); // whatever a handler returns
  return { errors, link: openLink({ open: (peer) => new ServerLink(core, peer) }) };
}

/** Until a run is suspended, or a request ended: both show as something the clock waits for, or no more. */
async function pendingOn(clock: ManualClock, count: number): Promise<void> {
  while (clock.pending !== count) await nextTurn();
}

const EARLY = 'Error: A handler of tools/call ("run") returned before its question was answered: await it';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "no error");

describe("the suspension of a run", () => {
  it("lets finally blocks run before the client is told", async () => {
    const told: string[] = [];
    const { round } = asking(async (ctx) => {
      try {
        await ctx.elicit("A?");
      } catch (error) {
        told.push(error instanceof Suspended ? "suspended" : "failed");
        throw error;
      } finally {
        for (let turn = 0; turn < 3; turn += 1) await nextTurn();
        told.push("cleaned up");
      }
    });
    const reply = await round();
    told.push("asked");
    expect([messages(asked(reply)), told]).toEqual([["A?"], ["suspended", "cleaned up", "asked"]]);
  });

  it("is no failure that anybody is told of, also as the cause of another error", async () => {
    const { round, errors } = asking(async (ctx) => {
      const wrap = (cause: unknown): never => {
        throw new Error("wrapped", { cause });
      };
      await ctx.elicit("A?").catch(wrap).catch(wrap);
    });
    expect(messages(asked(await round()))).toEqual(["A?"]);
    expect(errors).toEqual([]);
  });

  it("is no failure among several", async () => {
    const { round, errors } = asking((ctx) => Promise.any([ctx.elicit("A?"), ctx.elicit("B?")]));
    expect(messages(asked(await round()))).toEqual(["A?", "B?"]);
    expect(errors).toEqual([]);
  });

  it("happens whatever a handler makes of it, which is reported", async () => {
    const { round, errors } = asking(async (ctx) => {
      await ctx.elicit("A?", undefined, { key: "a" }).catch(() => undefined);
      return "went on";
    });
    expect(messages(asked(await round()))).toEqual(["A?"]);
    expect(errors.map(String)).toEqual([
      'Error: A handler of tools/call ("run") caught Suspended and went on: what it returned is not used. Throw it on',
    ]);
    expect(said(await round({ a: accepted() }))).toBe("went on");
    expect(errors).toHaveLength(1);
  });

  it("happens whatever a handler throws instead, which is reported", async () => {
    const thrown = new Error("no connection to roll back on");
    const { round, errors } = asking(async (ctx) => {
      try {
        await ctx.elicit("A?");
      } finally {
        await Promise.reject(thrown);
      }
    });
    expect(messages(asked(await round()))).toEqual(["A?"]);
    expect(errors).toEqual([thrown]);
  });

  it("reports also an error that is its own cause", async () => {
    const thrown = new Error("round and round");
    thrown.cause = thrown;
    const { round, errors } = asking(async (ctx) => {
      await ctx.elicit("A?").catch(() => undefined);
      throw thrown;
    });
    expect(messages(asked(await round()))).toEqual(["A?"]);
    expect(errors).toEqual([thrown]);
  });

  it("ends everything else that is asked, and begins no further step", async () => {
    const outcomes: string[] = [];
    const { round } = asking(async (ctx) => {
      const note = async (name: string, promise: Promise<unknown>): Promise<void> => {
        const outcome = await promise.then(String, nameOf);
        outcomes.push(`${name}: ${outcome}`);
      };
      await note("asked", ctx.elicit("A?"));
      await note("asked later", ctx.elicit("B?"));
      await note(
        "step",
        ctx.step("late", () => "done"),
      );
      await note("several", ctx.ask({ c: "roots" }));
    });
    expect(messages(asked(await round()))).toEqual(["A?"]);
    expect(outcomes).toEqual([
      "asked: Suspended",
      "asked later: Suspended",
      "step: Suspended",
      "several: Suspended",
    ]);
  });

  it("waits for steps under way, whose results are kept", async () => {
    const [slow, runs] = [gate<string>(), [] as string[]];
    const { round } = asking(async (ctx) => {
      const stepped = ctx.step("slow", () => {
        runs.push("slow");
        return slow.promise;
      });
      const [answer, result] = await Promise.all([ctx.elicit("A?", undefined, { key: "a" }), stepped]);
      return `${answer.action} ${result}`;
    });
    let replied = false;
    const reply = round().finally(() => (replied = true));
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    expect(replied).toBe(false);
    slow.open("done");
    expect(said(await round({ a: accepted() }, asked(await reply).state))).toBe("accept done");
    expect(runs).toEqual(["slow"]);
  });

  it("shows to middleware as a result", async () => {
    const { server, round } = asking((ctx) => ctx.elicit("A?"));
    const seen: JsonObject[] = [];
    server.use(async (request, _ctx, next) => {
      const result = await next(request);
      seen.push(result);
      return { ...result, _meta: { seen: true } };
    });
    const reply = await round();
    expect(reply?.result?.["_meta"]).toMatchObject({ seen: true });
    expect(seen).toMatchObject([
      { resultType: "input_required", requestState: expect.any(String) as string },
    ]);
    expect(Object.keys(seen[0] ?? {})).toEqual(["resultType", "inputRequests", "requestState"]);
  });

  it("survives middleware that changes params, and the state with it", async () => {
    const { server, round } = asking(async (ctx) => (await ctx.elicit("A?", undefined, { key: "a" })).action);
    server.use((request, _ctx, next) => {
      const { requestState } = request.params;
      const given = typeof requestState === "string" && { requestState: requestState.slice(1) };
      return next({ ...request, params: { ...request.params, added: Math.random(), ...given } });
    });
    const { state } = asked(await round());
    expect(said(await round({ a: accepted() }, `-${state}`))).toBe("accept");
    expect((await round({ a: accepted() }, state))?.error?.code).toBe(-32602);
  });

  it("leaves no rejection unhandled, also of questions nobody waits for", async () => {
    const { round, errors } = asking(async (ctx) => {
      void ctx.elicit("A?");
      void ctx.sample({ messages: [{ role: "user", content: [] }], maxTokens: 1 });
      void ctx.roots();
      void ctx.ask({ roots: "roots" });
      void ctx.elicit("A?", {} as never);
      void ctx.step("fails", () => Promise.reject(new Error("nobody minds")));
      void ctx.step("fails", () => 1);
      await nextTurn();
      await ctx.elicit("B?");
    });
    const unhandled = await unhandledDuring(async () => {
      await Promise.all([round(), round({ roots: {} }), round({ roots: [] })]);
    });
    expect([unhandled, errors]).toEqual([[], []]);
  });

  it("asks for what nobody waits for, too, when the handler goes on for long", async () => {
    const { round } = asking(async (ctx) => {
      const answer = ctx.elicit("A?", undefined, { key: "a" });
      const work = await ctx.step("work", async () => {
        await nextTurn();
        return "worked";
      });
      return `${work} ${(await answer).action}`;
    });
    const first = asked(await round());
    expect(said(await round({ a: accepted() }, first.state))).toBe("worked accept");
  });
});

describe("a handler that does not end after its suspension", () => {
  it("is waited for a second, and then no longer", async () => {
    const clock = new ManualClock();
    const never = gate();
    const { link } = onClock(async (ctx) => {
      await ctx.elicit("A?", undefined, { key: "a" }).catch(() => undefined);
      await never.promise;
    }, clock);
    let replied = false;
    const reply = round(link).finally(() => (replied = true));
    await pendingOn(clock, 1);
    clock.advance(999);
    await nextTurn();
    expect(replied).toBe(false);
    clock.advance(1);
    expect(messages(asked(await reply))).toEqual(["A?"]);
    expect(clock.pending).toBe(0);
    never.open();
    await link.link.close({ kind: "closed" });
  });

  it("gets the same result as one that ends in time when its questions differ, which is reported once", async () => {
    const clock = new ManualClock();
    const never = gate();
    let time = 0;
    const { link, errors } = onClock(async (ctx) => {
      await ctx.elicit(`It is ${String(++time)}?`).catch(() => undefined);
      await never.promise;
    }, clock);
    const late = async (responses?: JsonObject, state?: string) => {
      const reply = round(link, responses, state);
      await pendingOn(clock, 1);
      clock.advance(1_000);
      return reply;
    };
    const first = asked(await late());
    const second = asked(await late({ [first.key]: accepted() }, first.state));
    const last = await late({ [second.key]: accepted() }, second.state);
    expect(last?.result?.["isError"]).toBe(true);
    expect(said(last)).toContain("differ from run to run: pass a key");
    never.open();
    await link.link.close({ kind: "closed" });
    expect(errors.map(String).filter((error) => error.includes("differ from run to run"))).toHaveLength(1);
  });

  it("gets the error of a malformed answer, too", async () => {
    const clock = new ManualClock();
    const never = gate();
    const { link } = onClock(async (ctx) => {
      await ctx.elicit("A?", undefined, { key: "a" }).catch(() => undefined);
      await never.promise;
    }, clock);
    const reply = round(link, { a: {} });
    await pendingOn(clock, 1);
    clock.advance(1000);
    expect((await reply)?.error?.code).toBe(-32602);
    never.open();
    await link.link.close({ kind: "closed" });
  });

  it("gets the error of too many rounds, too", async () => {
    const clock = new ManualClock();
    const never = gate();
    let hangs = false;
    const { link } = onClock(async (ctx) => {
      try {
        await ctx.elicit("A?");
      } finally {
        if (hangs) await never.promise;
      }
    }, clock);
    let state: string | undefined;
    for (let time = 0; time < 10; time += 1) ({ state } = asked(await round(link, {}, state)));
    hangs = true;
    const reply = round(link, {}, state);
    await pendingOn(clock, 1);
    clock.advance(1000);
    expect((await reply)?.error?.code).toBe(-31003);
    never.open();
    await link.link.close({ kind: "closed" });
  });

  it("is not mixed up with middleware that takes its time", async () => {
    const clock = new ManualClock();
    const [reached, slow] = [gate(), gate()];
    const core = new ServerCore({ name: "s", version: "1" }, {}, clock);
    core.tools.add("run", {}, (_args, ctx) => ctx.elicit("A?"));
    core.use(async (request, _ctx, next) => {
      const result = await next(request);
      reached.open();
      await slow.promise;
      return { ...result, _meta: { seen: true } };
    });
    const reply = round(openLink({ open: (peer) => new ServerLink(core, peer) }));
    await reached.promise;
    expect(clock.pending).toBe(0);
    slow.open();
    expect((await reply)?.result?.["_meta"]).toMatchObject({ seen: true });
  });

  it("leaves no timer behind when there is more than one reason for its end", async () => {
    const clock = new ManualClock();
    const both: Handler = (ctx) => Promise.all(["a", "b"].map((key) => ctx.elicit("A?", undefined, { key })));
    const { link } = onClock(both, clock);
    const reply = await round(link, { a: 1, b: 2 });
    expect(reply?.error?.message).toContain('params.inputResponses["a"]');
    expect(clock.pending).toBe(0);
  });

  it("leaves no timer behind when it ends in time", async () => {
    const clock = new ManualClock();
    const { link } = onClock((ctx) => ctx.elicit("A?"), clock);
    expect(messages(asked(await round(link)))).toEqual(["A?"]);
    expect(clock.pending).toBe(0);
  });
});

describe("a request that is cancelled", () => {
  it("is not answered, though its run is suspended", async () => {
    const clock = new ManualClock();
    const cleaned = gate();
    const { link } = onClock(async (ctx) => {
      try {
        await ctx.elicit("A?");
      } finally {
        await cleaned.promise;
      }
    }, clock);
    const reply = round(link, undefined, undefined, { id: "x" });
    await pendingOn(clock, 1);
    link.notify("notifications/cancelled", { requestId: "x" });
    expect(await reply).toBeUndefined();
    expect(clock.pending).toBe(0);
    cleaned.open();
    await link.link.close({ kind: "closed" });
  });

  it("is not suspended any more", async () => {
    const cancelled = new AbortController();
    const reasons: unknown[] = [];
    const slow = gate();
    const { link, round, errors } = asking(async (ctx) => {
      void ctx.step("slow", () => slow.promise);
      cancelled.abort(new Error("no longer wanted"));
      await ctx.elicit("A?").catch((error: unknown) => reasons.push(error));
    });
    expect(await round(undefined, undefined, { signal: cancelled.signal })).toBeUndefined();
    slow.open();
    await link.close({ kind: "closed" });
    expect([reasons.map(String), errors]).toEqual([["Error: no longer wanted"], []]);
  });

  it("has no handler that waits for ever for what is asked, and no further steps", async () => {
    const outcomes: string[] = [];
    const [begun, cancelled] = [gate(), gate()];
    const { link, round, notify } = asking(async (ctx) => {
      begun.open();
      await cancelled.promise;
      const name = (error: unknown): number => outcomes.push(nameOf(error));
      await ctx.elicit("A?").catch(name);
      await ctx.step("more", () => outcomes.push("effect")).catch(name);
    });
    const reply = round(undefined, undefined, { id: "x" });
    await begun.promise;
    notify("notifications/cancelled", { requestId: "x" });
    expect(await reply).toBeUndefined();
    cancelled.open();
    await link.close({ kind: "closed" });
    expect(outcomes).toEqual(["AbortError", "AbortError"]);
  });
});

describe("a handler that returns before its question was answered", () => {
  const early: readonly Handler[] = [
    (ctx) => void ctx.elicit("A?"),
    (ctx) => Promise.resolve(void ctx.elicit("A?")),
    (ctx) => void ctx.ask({ a: { message: "A?" }, b: "roots" }),
  ];

  it("is reported once, in every era, and has the result it returned", async () => {
    for (const handler of early) {
      const { server, round, errors } = asking(handler);
      expect((await round())?.result).toMatchObject({ resultType: "complete", content: [] });
      for (const replays of [true, false]) {
        const link = await handshaken(server, "2025-11-25", { capabilities: EVERYTHING, peer: { replays } });
        expect((await callLive(link, () => undefined)).reply?.result).toEqual({ content: [] });
      }
      expect(errors.map(String)).toEqual([EARLY, EARLY, EARLY]);
    }
  });

  it("is not reported where the question was answered, refused, or could not be put", async () => {
    const { server, errors } = asking(async (ctx) => {
      await ctx.elicit("A?").catch(() => undefined);
      void ctx.sample({ messages: [], maxTokens: 1 });
      void ctx.elicit("A?", {} as never);
    });
    const link = await handshaken(server, "2025-11-25", { capabilities: EVERYTHING });
    await callLive(link, () => accepted());
    await callLive(link, () => ({ code: -1 }));
    await openLink(server).stateless("tools/call", { name: "run" });
    expect(errors).toEqual([]);
  });

  it("is not reported where the call was cancelled", async () => {
    const cancelled = new AbortController();
    const { round, errors } = asking((ctx) => {
      void ctx.elicit("A?");
      return nextTurn().then(() => undefined);
    });
    cancelled.abort();
    expect(await round(undefined, undefined, { signal: cancelled.signal })).toBeUndefined();
    expect(errors).toEqual([]);
  });
});

describe("a request that is over", () => {
  it("has nothing asked in its name any more", async () => {
    const late = gate<string>();
    const { round } = asking((ctx) => {
      void nextTurn()
        .then(() => ctx.elicit("A?"))
        .catch((error: unknown) => {
          late.open(String(error));
        });
      return "at once";
    });
    expect(said(await round())).toBe("at once");
    expect(await late.promise).toBe("AbortError: tools/call is over");
  });

  it("takes what was asked and not answered with it", async () => {
    const late = gate<string>();
    const { round, errors } = asking((ctx) => {
      ctx.elicit("A?").catch((error: unknown) => {
        late.open(String(error));
      });
      return "at once";
    });
    expect(said(await round({}, undefined, { capabilities: EVERYTHING }))).toBe("at once");
    expect(await late.promise).toBe("AbortError: tools/call is over");
    expect(errors.map(String)).toEqual([EARLY]);
  });
});
