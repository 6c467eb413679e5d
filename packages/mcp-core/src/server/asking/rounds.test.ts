import { describe, expect, it } from "vitest";
import { z } from "zod";
import { accepted, asked, asking, EVERYTHING, messages, said } from "../../../test/support/asking.js";
import { nextTurn } from "../../protocol/turn.js";
import type { Context } from "../context.js";

const day = z.object({ day: z.string() });
const on = (text: string) => accepted({ day: text });
const days = async (answer: ReturnType<typeof pick>): Promise<string> => {
  const given = await answer;
  return given.action === "accept" ? given.content.day : given.action;
};
const pick = (ctx: Context, message: string, key?: string) =>
  ctx.elicit(message, day, key === undefined ? {} : { key });

describe("a question in the stateless era", () => {
  it("ends the call with a result that holds it, and is answered by the next request", async () => {
    const { round } = asking(async (ctx) => `on ${await days(pick(ctx, "Which day?"))}`);
    const reply = await round();
    expect(reply?.result).toEqual({
      resultType: "input_required",
      inputRequests: {
        [asked(reply).key]: {
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
      },
      requestState: expect.any(String) as string,
      _meta: expect.anything() as object,
    });
    const { key, state } = asked(reply);
    const last = await round({ [key]: on("Monday") }, state);
    expect(last?.result).toMatchObject({ resultType: "complete", content: [{ text: "on Monday" }] });
  });

  it("has declined and cancelled for answers", async () => {
    const { round } = asking((ctx) => days(pick(ctx, "Which day?")));
    const { key, state } = asked(await round());
    for (const action of ["decline", "cancel"])
      for (const content of [{}, { content: {} }, { content: null }])
        expect(said(await round({ [key]: { action, ...content } }, state))).toBe(action);
  });

  it("is answered by what the client was told to visit, or what its model and its roots say", async () => {
    const { round } = asking(async (ctx) => {
      const { page, model, roots, bare } = await ctx.ask({
        page: { message: "Go there", url: new URL("https://example.com/"), elicitationId: "of 2025-11-25" },
        model: {
          messages: [{ role: "user", content: { type: "text", text: "Hello" } }],
          maxTokens: 10,
        },
        roots: "roots",
        bare: { message: "All right?" },
      });
      return [page.action, model.model, roots[0]?.uri, bare.action].join();
    });
    const { state, requests } = asked(await round());
    expect(requests).toEqual({
      page: {
        method: "elicitation/create",
        params: { mode: "url", message: "Go there", url: "https://example.com/" },
      },
      model: {
        method: "sampling/createMessage",
        params: {
          messages: [{ role: "user", content: { type: "text", text: "Hello" } }],
          maxTokens: 10,
        },
      },
      roots: { method: "roots/list" },
      bare: {
        method: "elicitation/create",
        params: {
          mode: "form",
          message: "All right?",
          requestedSchema: { type: "object", properties: {} },
        },
      },
    });
    const responses = {
      page: accepted(),
      model: { role: "assistant", model: "m", content: { type: "text", text: "Hi" } },
      roots: { roots: [{ uri: "file:///a" }] },
      bare: accepted({ ignored: true }),
    };
    expect(said(await round(responses, state))).toBe("accept,m,file:///a,accept");
  });

  it("is asked by prompts and resources too", async () => {
    const { server, stateless } = asking(() => "");
    server.prompt("plan", {}, async (_args, ctx) => `Plan ${await days(pick(ctx, "Which day?", "d"))}`);
    server.resource("note://1", { name: "note" }, async (_variables, ctx) => days(pick(ctx, "Which?", "d")));
    const cases = [
      ["prompts/get", { name: "plan" }, "Plan Monday"],
      ["resources/read", { uri: "note://1" }, "Monday"],
    ] as const;
    for (const [method, params, text] of cases) {
      const first = asked(await stateless(method, params, { capabilities: EVERYTHING }));
      expect(first.keys).toEqual(["d"]);
      const answered = { ...params, inputResponses: { d: on("Monday") }, requestState: first.state };
      const last = await stateless(method, answered, { capabilities: EVERYTHING });
      expect(last?.result?.["resultType"]).toBe("complete");
      expect(JSON.stringify(last?.result)).toContain(text);
    }
  });
});

describe("the rounds of a call", () => {
  it("carry all answers and results of steps forward", async () => {
    const effects: string[] = [];
    const { round } = asking(async (ctx) => {
      const first = await days(pick(ctx, "First?"));
      const one = await ctx.step("one", () => {
        effects.push("one");
        return { day: first };
      });
      const second = await days(pick(ctx, "Second?"));
      const two = await ctx.step("two", () => {
        effects.push("two");
        return [second];
      });
      const third = await days(pick(ctx, "Third?"));
      return JSON.stringify([one, two, third]);
    });
    let reply = await round();
    for (const answer of ["a", "b", "c"]) {
      const { key, state } = asked(reply);
      reply = await round({ [key]: on(answer) }, state);
    }
    expect(said(reply)).toBe('[{"day":"a"},["b"],"c"]');
    expect(effects).toEqual(["one", "two"]);
  });

  it("have one call id, which no other call has", async () => {
    const keys: string[] = [];
    let fails = true;
    const { round } = asking(async (ctx) => {
      await pick(ctx, "First?", "first");
      await ctx.step("work", ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        if (fails) throw new Error("not yet");
      });
      await pick(ctx, "Second?", "second");
      return ctx.step("more", ({ idempotencyKey }) => void keys.push(idempotencyKey));
    });
    const { state } = asked(await round());
    expect(said(await round({ first: on("a") }, state))).toBe("not yet");
    fails = false;
    const second = asked(await round({ first: on("a") }, state));
    await round({ second: on("b") }, second.state);
    const [work, again, more] = keys;
    expect(work).toMatch(/^[\w-]{24}\.work$/);
    expect([again, more]).toEqual([work, work?.replace("work", "more")]);
    await round({ first: on("a") }, asked(await round()).state);
    expect(keys[3]).toMatch(/\.work$/);
    expect(keys[3]).not.toBe(work);
  });

  it("take answers without any state", async () => {
    const { round } = asking(async (ctx) => {
      const [chosen, made] = await Promise.all([pick(ctx, "Chosen?", "mine"), pick(ctx, "Made?")]);
      return days(Promise.resolve(chosen)).then(async (one) => `${one} ${await days(Promise.resolve(made))}`);
    });
    const first = asked(await round());
    const answers = { mine: on("a"), [first.keyOf("Made?")]: on("b") };
    expect(said(await round(answers))).toBe("a b");
    expect(messages(asked(await round({ mine: on("a") })))).toEqual(["Made?"]);
  });

  it("ask again only for what is missing, and ignore what nobody asked for", async () => {
    const { round } = asking(async (ctx) => {
      const both = await Promise.all([days(pick(ctx, "A?")), days(pick(ctx, "B?"))]);
      return both.join(" ");
    });
    const first = asked(await round());
    expect(messages(first)).toEqual(["A?", "B?"]);
    const second = asked(
      await round({ [first.keyOf("B?")]: on("b"), nobody: 1, ["__proto__"]: {} }, first.state),
    );
    expect(second.keys).toEqual([first.keyOf("A?")]);
    const third = asked(await round({}, second.state));
    expect(third.keys).toEqual(second.keys);
    expect(said(await round({ [third.key]: on("a") }, third.state))).toBe("a b");
  });

  it("keep the first answer to a question", async () => {
    const { round } = asking(async (ctx) => {
      const first = await days(pick(ctx, "A?", "a"));
      return `${first} ${await days(pick(ctx, "B?", "b"))}`;
    });
    const second = asked(await round({ a: on("first") }, asked(await round()).state));
    expect(said(await round({ a: on("second"), b: on("b") }, second.state))).toBe("first b");
  });

  it.each([
    ["no object", "accept", "action must be one of accept, decline, cancel"],
    ["a list", [], "action must be one of accept, decline, cancel"],
    ["an unknown action", { action: "maybe" }, "action must be one of accept, decline, cancel"],
    ["content that is no object", { action: "accept", content: "Monday" }, "content must be an object"],
    [
      "content that does not fit",
      accepted({ day: 1 }),
      "The content does not fit the form: day: Invalid input: expected string, received number",
    ],
    [
      "no content",
      accepted(),
      "The content does not fit the form: day: Invalid input: expected string, received undefined",
    ],
  ])("refuse %s for an answer, and take a better one with the same state", async (_what, answer, problem) => {
    let ended = 0;
    const { round, errors } = asking(async (ctx) => {
      try {
        return await days(pick(ctx, "A?", "a"));
      } finally {
        ended += 1;
      }
    });
    const { state } = asked(await round());
    expect((await round({ a: answer }, state))?.error).toEqual({
      code: -32602,
      message: `Invalid params: params.inputResponses["a"]: ${problem}`,
    });
    expect(said(await round({ a: on("b") }, state))).toBe("b");
    expect([ended, errors]).toEqual([3, []]);
  });

  it("refuse a malformed answer also when the handler catches that", async () => {
    const { round } = asking(async (ctx) => {
      await pick(ctx, "A?", "a").catch(() => undefined);
      return "went on";
    });
    expect((await round({ a: {} }))?.error?.code).toBe(-32602);
  });

  it("refuse what is no answer of a model, and what are no roots", async () => {
    const message = { role: "assistant", model: "m", content: { type: "text", text: "" } };
    const { round } = asking(async (ctx) => {
      await ctx.ask({ model: { messages: [{ role: "user", content: [] }], maxTokens: 1 }, roots: "roots" });
      return "fine";
    });
    const roots = { roots: [] };
    const wrong = [
      { model: message, roots: {} },
      { model: message, roots: { roots: [{}] } },
      { model: message, roots: { roots: ["file:///a"] } },
      ...["role", "model", "content"].map((left) => ({ roots, model: { ...message, [left]: undefined } })),
      { roots, model: { ...message, role: "system" } },
      { roots, model: { ...message, content: [{ type: "text", text: "" }, "more"] } },
    ];
    for (const responses of wrong) expect((await round(responses))?.error?.code).toBe(-32602);
    expect(said(await round({ model: { ...message, content: [message.content] }, roots }))).toBe("fine");
  });

  it.each([[1], ["text"], [null], [[]], [true]])(
    "refuse %j for inputResponses, and for requestState",
    async (wrong) => {
      const { stateless } = asking((ctx) => days(pick(ctx, "A?", "a")));
      for (const name of ["inputResponses", "requestState"]) {
        const reply = await stateless(
          "tools/call",
          { name: "run", [name]: wrong },
          { capabilities: EVERYTHING },
        );
        expect(reply?.error?.code).toBe(-32602);
        expect(reply?.error?.message).toMatch(`params.${name} `);
      }
    },
  );
});

describe("the key of a question", () => {
  it("goes on the wire as it is when it was chosen", async () => {
    const chosen = ["day", "with space", "__proto__", "constructor", "1", "form~x~1", "é"];
    const { round } = asking(async (ctx) => {
      const answers = await Promise.all(chosen.map((key) => days(pick(ctx, "Which?", key))));
      return answers.join();
    });
    const { state, keys } = asked(await round());
    expect([...keys].sort()).toEqual([...chosen].sort());
    const responses = Object.fromEntries(chosen.map((key, index) => [key, on(String(index))]));
    expect(said(await round(responses, state))).toBe("0,1,2,3,4,5,6");
  });

  it.each([
    ["is used twice", ["a", "a"], 'Two questions of one run have the key "a"'],
    ["is empty", [""], "A key must be a string of 1 to 256 characters"],
    ["is too long", ["k".repeat(257)], "A key must be a string of 1 to 256 characters"],
    ["is no string", [7 as unknown as string], "A key must be a string of 1 to 256 characters"],
  ])("is refused when it %s", async (_what, keys, message) => {
    const { round } = asking(async (ctx) => {
      const outcomes = await Promise.allSettled(keys.map((key) => pick(ctx, "Which?", key)));
      const refused = outcomes.find((one) => one.status === "rejected" && one.reason instanceof TypeError);
      throw refused?.status === "rejected" ? refused.reason : new Error("none was refused");
    });
    expect(said(await round({ a: on("b") }))).toBe(message);
  });

  it("is made of what is asked, whatever the order", async () => {
    let order = ["A?", "B?", "A?", "C?"];
    const { round } = asking(async (ctx) => {
      const answers = order.map(async (message) => [message, await days(pick(ctx, message))] as const);
      return JSON.stringify((await Promise.all(answers)).sort());
    });
    const first = asked(await round());
    expect(new Set(first.keys).size).toBe(4);
    order = ["C?", "A?", "B?", "A?"];
    expect(new Set(asked(await round({}, first.state)).keys)).toEqual(new Set(first.keys));
    const responses = Object.fromEntries(
      first.keys.map((key, index) => [key, on(`to ${messages(first)[index] as string}`)]),
    );
    expect(said(await round(responses, first.state))).toBe(
      '[["A?","to A?"],["A?","to A?"],["B?","to B?"],["C?","to C?"]]',
    );
  });

  it("tells kinds and schemas apart", async () => {
    const { round } = asking((ctx) =>
      Promise.all([
        ctx.elicit("Same?"),
        ctx.elicit("Same?", day),
        ctx.elicit("Same?", z.object({ day: z.number() })),
        ctx.elicit("Same?", new URL("https://example.com/a")),
        ctx.elicit("Same?", new URL("https://example.com/b")),
        ctx.roots(),
        ctx.roots(),
      ]),
    );
    const { keys } = asked(await round());
    expect(new Set(keys).size).toBe(7);
    expect(keys.map((key) => key.slice(0, key.indexOf("~")))).toEqual([
      ...["form", "form", "form", "url", "url", "roots", "roots"],
    ]);
  });
});

describe("questions that nobody has answered", () => {
  it("gather, also those that come some microtasks after an answered one", async () => {
    const { round } = asking(async (ctx) => {
      const branch = async (name: string): Promise<string> => {
        const first = await days(pick(ctx, `${name}1?`));
        for (let turn = 0; turn < 25; turn += 1) await Promise.resolve();
        return `${first} ${await days(pick(ctx, `${name}2?`))}`;
      };
      return (await Promise.all([branch("A"), branch("B"), days(pick(ctx, "C?"))])).join();
    });
    const first = asked(await round());
    expect(messages(first)).toEqual(["A1?", "B1?", "C?"]);
    const answers = { [first.keyOf("A1?")]: on("1"), [first.keyOf("B1?")]: on("1") };
    const second = asked(await round(answers, first.state));
    expect(messages(second).sort()).toEqual(["A2?", "B2?", "C?"]);
    const responses = Object.fromEntries(second.keys.map((key) => [key, on("2")]));
    expect(said(await round(responses, second.state))).toBe("1 2,1 2,2");
  });

  it("wait for the checks of answers that are there", async () => {
    const slow = z.object({
      day: z.string().refine(async () => {
        for (let turn = 0; turn < 3; turn += 1) await nextTurn();
        return true;
      }),
    });
    const { round } = asking(async (ctx) => {
      const branch = ctx.elicit("A?", slow, { key: "a" }).then(() => pick(ctx, "C?"));
      await Promise.all([branch, pick(ctx, "B?")]);
      return "";
    });
    expect(messages(asked(await round({ a: on("x") }))).sort()).toEqual(["B?", "C?"]);
  });

  it("wait for steps under way, and for what follows them", async () => {
    const { round } = asking(async (ctx) => {
      const stepping = ctx
        .step("slow", async () => {
          for (let turn = 0; turn < 3; turn += 1) await nextTurn();
          return "done";
        })
        .then((done) => pick(ctx, `${done}?`));
      await Promise.all([pick(ctx, "A?"), stepping]);
      return "";
    });
    expect(messages(asked(await round()))).toEqual(["A?", "done?"]);
  });

  it("do not hold up a handler that comes to its end without them", async () => {
    const { round } = asking((ctx) => {
      void pick(ctx, "A?");
      return "at once";
    });
    expect(said(await round())).toBe("at once");
  });
});
