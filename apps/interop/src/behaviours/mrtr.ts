import { expect } from "vitest";
import { able, answered, ask, calling, isRequest, questionsIn, retrying, type Request } from "./asking.js";
import type { Behaviours } from "./behaviours.js";
import { LISTS } from "./listed.js";

const ADA = { action: "accept", content: { name: "Ada" } };
const METHODS = ["elicitation/create", "sampling/createMessage", "roots/list"];

export const mrtr = {
  "mrtr.input-required": async ({ client }) => {
    await client.settled();
    const { result } = await ask(client, calling("ask_person"));
    expect(result).toMatchObject({ resultType: "input_required" });
    expect(Object.values(result?.["inputRequests"] ?? {})).toMatchObject([
      { method: "elicitation/create", params: { message: "Who?" } },
    ]);
    expect((await client.settled()).filter(isRequest)).toEqual([]);
  },
  "mrtr.one-of-both": async ({ client }) => {
    for (const tool of ["ask_person", "ask_url", "ask_two", "sample", "list_roots", "need_url"]) {
      const { result = {} } = await ask(client, calling(tool));
      expect(result).toHaveProperty("resultType", "input_required");
      expect("inputRequests" in result || "requestState" in result).toBe(true);
    }
  },
  "mrtr.unique-keys": async ({ client }) => {
    const questions = questionsIn(await ask(client, calling("ask_all_kinds")));
    expect(new Set(questions.map(([key]) => key)).size).toBe(3);
    expect(questions.map(([, { method }]) => method).sort()).toEqual([...METHODS].sort());
  },
  "mrtr.completes": async ({ client }) => {
    const request = calling("ask_in_turn");
    const first = await ask(client, request);
    const second = await ask(client, retrying(request, first, { first: ADA }));
    expect(questionsIn(second).map(([key]) => key)).toEqual(["second"]);
    const last = await ask(client, retrying(request, second, { second: { action: "decline" } }));
    expect(last.result).toHaveProperty("resultType", "complete");
    expect(answered(last)).toEqual([ADA, { action: "decline" }]);
  },
  "mrtr.supported-requests": async ({ client }) => {
    for (const request of ASKING) {
      const first = await ask(client, request);
      expect(first.result).toHaveProperty("resultType", "input_required");
      const [key = ""] = questionsIn(first)[0] ?? [];
      const last = await ask(client, retrying(request, first, { [key]: ADA }));
      expect(last.result).toHaveProperty("resultType", "complete");
      expect(JSON.stringify(last.result)).toContain("accept");
    }
  },
  "mrtr.only-supported": async ({ client }) => {
    const ref = { type: "ref/prompt", name: "review" };
    const params = { ref, argument: { name: "asked", value: "" } };
    expect(await client.request("completion/complete", params, able(client))).toHaveProperty("error");
    for (const { method } of Object.values(LISTS)) {
      const answer = await client.request(method, {}, able(client));
      expect(answer.result).toHaveProperty("resultType", "complete");
    }
  },
  "mrtr.undeclared": async ({ client }) => {
    for (const [tool, requiredCapabilities] of [
      ["ask_person", { elicitation: { form: {} } }],
      ["sample", { sampling: {} }],
      ["list_roots", { roots: {} }],
    ] as const) {
      expect(await client.call(tool)).toMatchObject({
        error: { code: -32021, data: { requiredCapabilities } },
      });
    }
  },
  "mrtr.state-verified": async ({ client }) => {
    const request = calling("ask_in_turn");
    const { result } = await ask(client, request);
    const state = result?.["requestState"];
    if (typeof state !== "string") throw new Error("There is no state");
    for (const requestState of [...changed(state), "", "nonsense", 5, null]) {
      const params = { ...request.params, inputResponses: { first: ADA }, requestState };
      expect(await ask(client, { ...request, params })).toMatchObject({ error: { code: -32602 } });
    }
  },
  "mrtr.state-request": async ({ client }) => {
    const first = await ask(client, calling("ask_about", { text: "one" }));
    for (const other of [calling("ask_about", { text: "two" }), calling("ask_in_turn"), ...ASKING]) {
      expect(await ask(client, retrying(other, first, {}))).toMatchObject({ error: { code: -32602 } });
    }
  },
  "mrtr.no-retry": async ({ client }) => {
    for (let times = 0; times < 20; times += 1) await ask(client, calling("ask_person"));
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
  },
  "mrtr.asked-again": async ({ client }) => {
    const request = calling("ask_two");
    const first = await ask(client, request);
    const second = await ask(client, retrying(request, first, { first: ADA }));
    expect(second.result).toHaveProperty("resultType", "input_required");
    expect(questionsIn(second).map(([key]) => key)).toEqual(["second"]);
    const last = await ask(client, retrying(request, second, { second: ADA }));
    expect(answered(last)).toEqual({ first: ADA, second: ADA });
    for (const key of ["constructor", "__proto__"]) {
      const odd = calling("ask_as", { text: key });
      const unanswered = retrying(odd, await ask(client, odd), {});
      expect(questionsIn(await ask(client, unanswered)).map(([asked]) => asked)).toEqual([key]);
    }
  },
  "mrtr.unexpected-ignored": async ({ client }) => {
    const request = calling("ask_two");
    const first = await ask(client, request);
    const answers = { first: ADA, second: ADA, third: ADA, toString: { action: "decline" } };
    expect(answered(await ask(client, retrying(request, first, answers)))).toEqual({
      first: ADA,
      second: ADA,
    });
  },
  "mrtr.malformed-answers": async ({ client }) => {
    const request = calling("ask_in_turn");
    const first = await ask(client, request);
    for (const answer of [5, "Ada", [ADA], {}, { action: "perhaps" }, { action: "accept", content: 5 }]) {
      expect(await ask(client, retrying(request, first, { first: answer }))).toMatchObject({
        error: { code: -32602 },
      });
    }
    for (const inputResponses of [5, "Ada", [ADA]]) {
      const { params } = retrying(request, first, {});
      const again = { ...request, params: { ...params, inputResponses } };
      expect(await ask(client, again)).toMatchObject({ error: { code: -32602 } });
    }
  },
  "caching.questions": async ({ client }) => {
    for (const request of ASKING) {
      const { result } = await ask(client, request);
      expect(result).toHaveProperty("resultType", "input_required");
      expect(result).not.toHaveProperty("ttlMs");
      expect(result).not.toHaveProperty("cacheScope");
    }
  },
} satisfies Behaviours;

const ASKING: readonly Request[] = [
  calling("ask_about", { text: "Ada" }),
  { method: "prompts/get", params: { name: "asking" } },
  { method: "resources/read", params: { uri: "asking://form" } },
];

/** A state with one of its characters replaced, and one that is cut. */
function changed(state: string): readonly string[] {
  const places = [0, Math.floor(state.length / 2), state.length - 2];
  const replaced = places.map((at) => {
    const other = state[at] === "A" ? "B" : "A";
    return `${state.slice(0, at)}${other}${state.slice(at + 1)}`;
  });
  return [...replaced, state.slice(0, -4)];
}
