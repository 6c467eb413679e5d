import { ManualClock } from "../../testing/manual-clock.js";
import { describe, expect, it, vi } from "vitest";
import { accepted, asked, asking, said, type InputRequired } from "../../../test/support/asking.js";
import type { Wire } from "../../../test/support/link.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { memoryState } from "../../state/memory/memory-state.js";

type Round = (responses?: JsonObject, state?: string) => Promise<Wire | undefined>;

/** Accepts whatever is asked, until something else is the result. */
async function acceptAll(
  round: Round,
  content: JsonObject = {},
): Promise<{ last: Wire | undefined; rounds: InputRequired[] }> {
  const rounds: InputRequired[] = [];
  for (let last = await round(); ;) {
    if (last?.result?.["resultType"] !== "input_required") return { last, rounds };
    const { keys, state } = asked(last);
    rounds.push(asked(last));
    last = await round(Object.fromEntries(keys.map((key) => [key, accepted(content)])), state);
  }
}

describe("the number of rounds", () => {
  const askedTimes = (times: number) =>
    asking(async (ctx) => {
      for (let time = 0; time < times; time += 1) await ctx.elicit(`${String(time)}?`);
      return "done";
    });

  it("may be ten", async () => {
    const { last, rounds } = await acceptAll(askedTimes(10).round);
    expect([said(last), rounds.length]).toEqual(["done", 10]);
  });

  it("may not be more, which is an error of the protocol", async () => {
    const { last, rounds } = await acceptAll(askedTimes(11).round);
    expect(rounds).toHaveLength(10);
    expect(last?.error).toEqual({
      code: -31003,
      message: "The client was asked 10 times, and more is missing still",
    });
  });

  it("counts also rounds that brought nothing", async () => {
    const { round } = askedTimes(1);
    let reply = await round();
    for (let time = 1; time < 10; time += 1) reply = await round({}, asked(reply).state);
    expect((await round({}, asked(reply).state))?.error?.code).toBe(-31003);
  });
});

describe("questions that differ from run to run", () => {
  it("end with an error that says what to do", async () => {
    let time = 0;
    const { round, errors } = asking(async (ctx) => (await ctx.elicit(`It is ${String(++time)}?`)).action);
    const { last, rounds } = await acceptAll(round);
    expect(said(last)).toBe('The questions of tools/call ("run") differ from run to run: pass a key');
    expect(last?.result?.["isError"]).toBe(true);
    expect(rounds.length).toBeLessThanOrEqual(3);
    expect(errors.map(String)).toEqual([
      'Error: The questions of tools/call ("run") differ from run to run: pass a key',
    ]);
  });

  it("are not what is asked again of a client that answers null", async () => {
    const { round } = asking(async (ctx) => (await ctx.elicit("Sure?")).action);
    let { key, state } = asked(await round());
    for (let times = 0; times < 4; times += 1) ({ key, state } = asked(await round({ [key]: null }, state)));
    expect(said(await round({ [key]: accepted() }, state))).toBe("accept");
  });

  it("do no harm with a key", async () => {
    let time = 0;
    const { round } = asking(
      async (ctx) => (await ctx.elicit(`It is ${String(++time)}?`, undefined, { key: "time" })).action,
    );
    const { last, rounds } = await acceptAll(round);
    expect([said(last), rounds.length]).toEqual(["accept", 1]);
  });

  it("are not what a question is that only some answers lead to", async () => {
    const { round } = asking(async (ctx) => {
      const first = await ctx.elicit("Sure?");
      if (first.action === "accept") return "sure";
      const second = await ctx.elicit("Really not?");
      return second.action;
    });
    const first = asked(await round());
    const second = asked(await round({ [first.key]: { action: "decline" } }, first.state));
    expect(said(await round({ [second.key]: accepted() }, second.state))).toBe("accept");
  });

  it("are not what questions are that other branches come to at another time", async () => {
    let first = true;
    const { round } = asking(async (ctx) => {
      const branches = [ctx.elicit("A?").then(() => ctx.elicit("C?"))];
      if (first) branches.push(ctx.elicit("B?"));
      first = false;
      const answers = await Promise.all(branches);
      return answers.map(({ action }) => action).join();
    });
    const { last } = await acceptAll(round);
    expect(said(last)).toBe("accept");
  });
});

describe("state of more than 64 KiB", () => {
  const large = "x".repeat(70_000);
  const handler = () =>
    asking(
      async (ctx) => {
        const texts: string[] = [];
        for (const name of ["a", "b", "c"]) {
          texts.push(await ctx.step(name, () => name + large));
          await ctx.elicit(`${name}?`);
        }
        return texts.map((text) => text.slice(0, 2)).join();
      },
      { stateKeys: ["k".repeat(32)] },
    );

  it("stays on the server, for all further rounds", async () => {
    const { last, rounds } = await acceptAll(handler().round);
    expect(said(last)).toBe("ax,bx,cx");
    for (const { state } of rounds) expect(state.length).toBeLessThan(300);
  });

  it("is there for a round that is sent again", async () => {
    const { round } = handler();
    const first = asked(await round());
    const answers = { [first.key]: accepted() };
    const second = asked(await round(answers, first.state));
    const again = asked(await round(answers, first.state));
    const third = await round({ [second.key]: accepted() }, second.state);
    const thirdAgain = await round({ [again.key]: accepted() }, again.state);
    expect(asked(thirdAgain).key).toBe(asked(third).key);
  });

  it("is kept for another minute once it was used, for an answer that got lost", async () => {
    const clock = new ManualClock();
    const { round } = asking(
      async (ctx) => {
        await ctx.step("large", () => large);
        return (await ctx.elicit("A?")).action;
      },
      { clock },
    );
    const { key, state } = asked(await round());
    const last = () => round({ [key]: accepted() }, state);
    expect(said(await last())).toBe("accept");
    clock.advance(59_999);
    expect(said(await last())).toBe("accept");
    clock.advance(60_000);
    expect((await last())?.error?.code).toBe(-32602);
  });

  it("is shared by the nodes that share a state, and by no others", async () => {
    const state = memoryState();
    const server = () =>
      asking(
        async (ctx) => {
          await ctx.step("large", () => large);
          return (await ctx.elicit("A?", undefined, { key: "a" })).action;
        },
        { state, stateKeys: ["k".repeat(32)] },
      );
    const sealed = asked(await server().round()).state;
    expect(said(await server().round({ a: accepted() }, sealed))).toBe("accept");
    expect((await handler().round({ a: accepted() }, sealed))?.error?.code).toBe(-32602);
  });

  it("is refused when it comes from a client", async () => {
    const { round } = handler();
    expect((await round({}, "x".repeat(64 * 1024 + 1)))?.error?.code).toBe(-32602);
  });
});

describe("the time a client may take", () => {
  it("is an hour, or what the server says", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      for (const [options, ms] of [
        [{}, 3_600_000],
        [{ stateTtlMs: 50 }, 50],
      ] as const) {
        const { round } = asking(
          async (ctx) => (await ctx.elicit("A?", undefined, { key: "a" })).action,
          options,
        );
        const { state } = asked(await round());
        vi.setSystemTime(Date.now() + ms - 1);
        expect(said(await round({ a: accepted() }, state))).toBe("accept");
        vi.setSystemTime(Date.now() + 1);
        expect((await round({ a: accepted() }, state))?.error).toEqual({
          code: -32602,
          message: "Invalid params: params.requestState was not given out for this request, or has expired",
        });
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([0, -1, NaN, Infinity])("cannot be %d ms", (stateTtlMs) => {
    expect(() => asking(() => "", { stateTtlMs })).toThrow(RangeError);
  });
});
