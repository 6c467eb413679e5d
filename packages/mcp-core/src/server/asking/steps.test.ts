import { describe, expect, it } from "vitest";
import { accepted, asked, asking, callLive, EVERYTHING, said } from "../../../test/support/asking.js";
import { gate } from "../../../test/support/gate.js";
import { handshaken } from "../../../test/support/link.js";
import { nextTurn } from "../../protocol/turn.js";
import { memoryState } from "../../state/memory/memory-state.js";
import type { Context } from "../context.js";

/** Runs a handler in both eras, and gives back what each makes of it. */
async function inBothEras(handler: (ctx: Context) => unknown): Promise<unknown[]> {
  const { server, round } = asking(handler);
  const opened = await handshaken(server, "2025-11-25", { capabilities: EVERYTHING });
  const { reply } = await callLive(opened, () => accepted());
  return [said(await round()), said(reply)];
}

describe("a step", () => {
  it("gives what its work gave, or nothing", async () => {
    const values = [1, "", null, false, [1, [null]], { a: { b: [] } }, undefined];
    const outcomes = await inBothEras(async (ctx) => {
      const given = [];
      for (const [index, value] of values.entries())
        given.push(
          await ctx.step(`step ${String(index)}`, () => (index % 2 ? value : Promise.resolve(value))),
        );
      return JSON.stringify(given.map((one) => (one === undefined ? "nothing" : one)));
    });
    expect(outcomes).toEqual(Array(2).fill(JSON.stringify([...values.slice(0, -1), "nothing"])));
  });

  it("gives nothing again in the next round", async () => {
    let effects = 0;
    const { round } = asking(async (ctx) => {
      const given = await ctx.step<unknown>("effect", () => {
        effects += 1;
      });
      await ctx.elicit("A?", undefined, { key: "a" });
      return String(given);
    });
    const { state } = asked(await round());
    expect(said(await round({ a: accepted() }, state))).toBe("undefined");
    expect(effects).toBe(1);
  });

  it("gives copies, which handlers may change", async () => {
    const owned = { list: [1] };
    const { round } = asking(async (ctx) => {
      const given = await ctx.step("list", () => owned);
      given.list.push(2);
      const changed = JSON.stringify(given);
      await ctx.elicit("A?", undefined, { key: "a" });
      return changed;
    });
    const { state } = asked(await round());
    owned.list.push(3);
    expect(said(await round({ a: accepted() }, state))).toBe('{"list":[1,2]}');
  });

  it.each<[string, unknown, string]>([
    ["a date", new Date(0), "a Date at result"],
    ["a date inside", { days: [{ when: new Date(0) }] }, "a Date at result.days[0].when"],
    ["a map", { "the map": new Map() }, 'a Map at result["the map"]'],
    ["what is not defined, inside", { a: undefined }, "undefined at result.a"],
    ["NaN", NaN, "NaN at result"],
    ["a function", () => 1, "a function at result"],
    ["a bigint", [1n], "a BigInt at result[0]"],
    ["an error", new Error("lost"), "an Error at result"],
    ["an instance of a class", new URL("https://example.com/"), "a URL at result"],
    ["an heir of nothing", Object.create(Object.create(null) as object), "an object of a class at result"],
    ["an array with a hole", Array(1), "undefined at result[0]"],
  ])("refuses %s for a result at once, in both eras, and says where it is", async (_what, value, loss) => {
    const outcomes = await inBothEras((ctx) => ctx.step("work", () => value));
    const message = `The result of step "work" must be plain JSON, since it is kept between rounds: there is ${loss}`;
    expect(outcomes).toEqual([message, message]);
  });

  it("has a name, which no other has", async () => {
    const twice = await inBothEras(async (ctx) => {
      await ctx.step("work", () => 1);
      await ctx.step("work", () => 2);
    });
    const message = 'There are two steps named "work" in one run';
    expect(twice).toEqual([message, message]);
    const unnamed = await inBothEras((ctx) => ctx.step("", () => 1));
    expect(unnamed).toEqual(["A step needs a name", "A step needs a name"]);
  });

  it.each(["constructor", "__proto__", "a/b", "ü", "work.1"])("may be called %j", async (name) => {
    let effects = 0;
    const { round } = asking(async (ctx) => {
      const result = await ctx.step(name, () => (effects += 1));
      await ctx.elicit("A?", undefined, { key: "a" });
      return `result ${String(result)}`;
    });
    expect(said(await round({ a: accepted() }, asked(await round()).state))).toBe("result 1");
    expect(effects).toBe(1);
  });

  it("that failed runs again in the next round", async () => {
    let runs = 0;
    const { round } = asking(async (ctx) => {
      const outcome = await ctx
        .step("work", () => {
          runs += 1;
          if (runs === 1) throw new Error("not yet");
          return runs;
        })
        .catch(() => "failed");
      const { action } = await ctx.elicit("A?", undefined, { key: "a" });
      return `${String(outcome)} ${action}`;
    });
    const { state } = asked(await round());
    expect(said(await round({ a: accepted() }, state))).toBe("2 accept");
  });

  it("can neither ask nor hold another step, in no era", async () => {
    const message = "A step can neither ask nor hold another step";
    const attempts: readonly ((ctx: Context) => Promise<unknown>)[] = [
      (ctx) => ctx.elicit("A?"),
      (ctx) => ctx.roots(),
      (ctx) => ctx.sample({ messages: [{ role: "user", content: [] }], maxTokens: 1 }),
      (ctx) => ctx.ask({ a: "roots" }),
      (ctx) => ctx.step("inner", () => 1),
    ];
    for (const attempt of attempts) {
      const atOnce = await inBothEras((ctx) => ctx.step("outer", () => attempt(ctx).then(() => 1)));
      const later = await inBothEras((ctx) =>
        ctx.step("outer", async () => {
          await nextTurn();
          await attempt(ctx);
        }),
      );
      expect([...atOnce, ...later]).toEqual(Array(4).fill(message));
    }
  });

  it("does not keep its neighbours from asking", async () => {
    const { round } = asking(async (ctx) => {
      const [[, answer]] = await Promise.all([
        Promise.all([ctx.step("one", () => nextTurn()), ctx.elicit("A?", undefined, { key: "a" })]),
        ctx.step("two", () => nextTurn()),
      ]);
      return answer.action;
    });
    expect(said(await round({ a: accepted() }))).toBe("accept");
  });
});

describe("a step that is to run once", () => {
  const once = { once: true };

  it.each([
    ["without a state", undefined],
    ["with one", memoryState()],
  ])("does so when its round comes again, %s", async (_how, state) => {
    let effects = 0;
    const { round } = asking(
      async (ctx) => {
        await ctx.elicit("A?", undefined, { key: "a" });
        const done = await ctx.step("work", () => ({ effects: ++effects }), once);
        const given = await ctx.step<unknown>("more", () => undefined, once);
        return JSON.stringify([done, given === undefined ? "nothing" : given]);
      },
      state === undefined ? {} : { state },
    );
    const first = asked(await round());
    for (let time = 0; time < 3; time += 1)
      expect(said(await round({ a: accepted() }, first.state))).toBe('[{"effects":1},"nothing"]');
    const second = asked(await round());
    expect(said(await round({ a: accepted() }, second.state))).toBe('[{"effects":2},"nothing"]');
  });

  it("does so when its round is there twice at a time, on two nodes", async () => {
    const [begun, slow, state] = [gate(), gate(), memoryState()];
    let effects = 0;
    const nodes = [1, 2].map(() =>
      asking(
        async (ctx) => {
          await ctx.elicit("A?", undefined, { key: "a" });
          return ctx.step(
            "work",
            async () => {
              effects += 1;
              begun.open();
              await slow.promise;
              return "done";
            },
            once,
          );
        },
        { state },
      ),
    );
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error("There are two nodes");
    const first = asked(await one.round());
    const running = one.round({ a: accepted() }, first.state);
    await begun.promise;
    expect(said(await two.round({ a: accepted() }, first.state))).toBe(
      'Step "work" was begun by another run of this call, and has not ended there',
    );
    slow.open();
    expect(said(await running)).toBe("done");
    expect(said(await two.round({ a: accepted() }, first.state))).toBe("done");
    expect(effects).toBe(1);
  });

  it("runs again when it failed", async () => {
    let runs = 0;
    const { round } = asking(async (ctx) => {
      await ctx.elicit("A?", undefined, { key: "a" });
      return ctx.step(
        "work",
        () => {
          runs += 1;
          if (runs === 1) throw new Error("not yet");
          return "done";
        },
        once,
      );
    });
    const { state } = asked(await round());
    expect(said(await round({ a: accepted() }, state))).toBe("not yet");
    expect(said(await round({ a: accepted() }, state))).toBe("done");
    expect(said(await round({ a: accepted() }, state))).toBe("done");
    expect(runs).toBe(2);
  });

  it("does not run again when its result could not be kept, which is reported", async () => {
    const state = memoryState({ maxRecordBytes: 2_000 });
    let effects = 0;
    const { round, errors } = asking(
      async (ctx) => {
        await ctx.elicit("A?", undefined, { key: "a" });
        const result = await ctx.step("work", () => `${String(++effects)}${"x".repeat(2_000)}`, once);
        return result.slice(0, 1);
      },
      { state },
    );
    const { state: sealed } = asked(await round());
    expect(said(await round({ a: accepted() }, sealed))).toBe("1");
    expect(errors.map((error) => (error as Error).name)).toEqual(["LimitError"]);
    expect(said(await round({ a: accepted() }, sealed))).toContain("has not ended there");
    expect(effects).toBe(1);
  });

  it("claims nothing in the handshake era, where nothing comes twice", async () => {
    const state = memoryState();
    await state.close();
    const { server } = asking((ctx) => ctx.step("work", () => "done", once), { state });
    const { reply } = await callLive(await handshaken(server), () => undefined);
    expect(said(reply)).toBe("done");
  });
});
