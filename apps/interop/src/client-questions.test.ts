import {
  ProtocolError,
  type ElicitResult,
  type JsonObject,
  type McpClientOptions,
  type Revision,
} from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { DEFAULTS, FORM, PAGE_URL, QUESTION, WEATHER_TOOL } from "./fixtures/features.js";
import { answerTo, declared } from "./harness/client-answers.js";
import { withClient, type Connected, type Script } from "./harness/scripted-server.js";
import { req } from "./requirements/index.js";

const HANDSHAKE: readonly Revision[] = ["2025-06-18", "2025-11-25"];
const BOTH: readonly Revision[] = ["2025-11-25", "2026-07-28"];
const FORM_PARAMS = { message: "Who?", requestedSchema: structuredClone(FORM) as unknown as JsonObject };
const URL_PARAMS = { mode: "url", message: "Connect", url: PAGE_URL, elicitationId: "one" };
const SAMPLE_PARAMS = {
  messages: [{ role: "user", content: { type: "text", text: QUESTION } }],
  maxTokens: 9,
};
const SAID = { role: "assistant", model: "a model", content: { type: "text", text: "Fine." } } as const;
const ROOTS = [{ uri: "file:///notes", name: "Notes" }];
const PERSON = { name: "Ada", email: "ada@example.org" };
const COMPLETE = { result: { resultType: "complete", content: [] } };

const accepting = () => ({ action: "accept", content: PERSON }) as const;

/** What a client declares that takes no part in tasks. */
function declaredWithoutTasks(revision: Revision, options: McpClientOptions): Promise<unknown> {
  return declared(revision, { tasks: false, ...options });
}

describe.each(BOTH)("a client that is asked by a server of revision %s", (revision) => {
  const elicit = (params: JsonObject, answer: () => ElicitResult = accepting) =>
    answerTo(revision, "elicitation/create", params, { elicit: answer, openUrl: answer });

  it(req("elicitation.client-declares"), async () => {
    const handler = accepting;
    expect(await declaredWithoutTasks(revision, { elicit: handler })).toEqual({ elicitation: { form: {} } });
    expect(await declaredWithoutTasks(revision, { openUrl: handler })).toEqual({ elicitation: { url: {} } });
    expect(await declaredWithoutTasks(revision, { elicit: handler, openUrl: handler })).toEqual({
      elicitation: { form: {}, url: {} },
    });
    expect(await declaredWithoutTasks(revision, {})).toEqual({});
  });

  it(req("elicitation.client-no-mode"), async () => {
    expect(await elicit(FORM_PARAMS)).toMatchObject({ result: { action: "accept", content: PERSON } });
    expect(await elicit({ ...FORM_PARAMS, mode: "form" })).toMatchObject({ result: { action: "accept" } });
  });

  it(req("elicitation.client-defaults"), async () => {
    expect(await elicit(FORM_PARAMS)).toMatchObject({ result: { content: { ...PERSON, ...DEFAULTS } } });
    const content = { ...PERSON, age: 7, keep: false };
    expect(await elicit(FORM_PARAMS, () => ({ action: "accept", content }))).toMatchObject({
      result: { content: { ...PERSON, ...DEFAULTS, age: 7, keep: false } },
    });
  });

  it(req("elicitation.client-url"), async () => {
    const shown: unknown[] = [];
    const openUrl = (request: object): ElicitResult => {
      shown.push(request);
      return { action: "accept", content: { never: "sent" } };
    };
    const answer = await answerTo(revision, "elicitation/create", URL_PARAMS, { openUrl });
    expect(answer).toHaveProperty("result", { action: "accept" });
    expect(shown).toMatchObject([{ mode: "url", url: PAGE_URL }]);
  });

  it(req("sampling.client-declares"), async () => {
    const sample = () => SAID;
    expect(await declaredWithoutTasks(revision, { sample })).toEqual({ sampling: {} });
    expect(
      await declaredWithoutTasks(revision, { sample, capabilities: { sampling: { tools: {} } } }),
    ).toEqual({
      sampling: { tools: {} },
    });
  });

  it("answers for a model", async () => {
    const answer = await answerTo(revision, "sampling/createMessage", SAMPLE_PARAMS, { sample: () => SAID });
    expect(answer).toHaveProperty("result", SAID);
  });

  it(req("roots.client-declares"), async () => {
    const expected = revision === "2026-07-28" ? {} : { listChanged: true };
    expect(await declaredWithoutTasks(revision, { roots: ROOTS })).toEqual({ roots: expected });
  });

  it(req("roots.client-lists"), async () => {
    for (const roots of [ROOTS, () => ROOTS]) {
      expect(await answerTo(revision, "roots/list", {}, { roots })).toHaveProperty("result", {
        roots: ROOTS,
      });
    }
  });

  it(req("roots.client-file-uris"), () => expectRefused("https://example.org/notes", "file://"));

  it(req("roots.client-traversal"), async () => {
    for (const uri of ["file:///notes/../secrets", "file:///notes/%2e%2E/secrets", "file:///notes/.."]) {
      await expectRefused(uri, "..");
    }
  });

  async function expectRefused(uri: string, why: string): Promise<void> {
    await expect(withClient(revision, {}, { roots: [{ uri }] })).rejects.toThrow(why);
    const told: unknown[] = [];
    const onError = (error: unknown): void => void told.push(error);
    const asking = answerTo(revision, "roots/list", {}, { roots: () => [{ uri }], onError });
    if (revision === "2026-07-28") await expect(asking).rejects.toThrow(why);
    else {
      expect(await asking).toHaveProperty("error");
      expect(told).toMatchObject([{ message: expect.stringContaining(why) as string }]);
    }
  }

  it(req("sampling.client-validates"), async () => {
    let isAsked = false;
    const sample = () => {
      isAsked = true;
      return SAID;
    };
    for (const message of [
      { role: "system", content: { type: "text", text: "No" } },
      { role: "user" },
      { role: "user", content: { type: "text" } },
      { role: "user", content: { type: "unknown" } },
    ]) {
      const asking = answerTo(
        revision,
        "sampling/createMessage",
        { messages: [message], maxTokens: 9 },
        { sample },
      );
      if (revision === "2026-07-28") await expect(asking).rejects.toThrow("params.messages[0]");
      else expect(await asking).toMatchObject({ error: { code: -32602 } });
    }
    expect(isAsked).toBe(false);
  });
});

describe.each([...HANDSHAKE, "2026-07-28"] as const)(
  "a client and the answers of its user, in %s",
  (revision) => {
    const elicit = (answer: () => ElicitResult, options: McpClientOptions = {}) =>
      answerTo(revision, "elicitation/create", FORM_PARAMS, { elicit: answer, ...options });

    it(req("elicitation.client-declines"), async () => {
      for (const action of ["decline", "cancel"] as const) {
        expect(await elicit(() => ({ action, content: PERSON }))).toHaveProperty("result", { action });
      }
    });

    it(req("elicitation.client-validates"), async () => {
      const told: unknown[] = [];
      const bad = elicit(() => ({ action: "accept", content: { ...PERSON, age: "old" } }), {
        onError: (error) => told.push(error),
      });
      if (revision === "2026-07-28") await expect(bad).rejects.toThrow("age");
      else {
        expect(await bad).toMatchObject({ error: { code: -32603 } });
        expect(told).toMatchObject([{ message: expect.stringContaining("age") as string }]);
      }
    });
  },
);

describe("a client in revision 2025-06-18", () => {
  it(req("elicitation.client-declares-older"), async () => {
    expect(await declared("2025-06-18", { elicit: accepting })).toHaveProperty("elicitation");
  });
});

describe.each(HANDSHAKE)("a client that cannot answer a server of revision %s", (revision) => {
  const ask = (method: string, params: JsonObject, options: McpClientOptions = {}) =>
    answerTo(revision, method, params, options);

  it(req("sampling.client-rejected"), async () => {
    const sample = () => {
      throw new ProtocolError(-1, "User rejected sampling request");
    };
    expect(await ask("sampling/createMessage", SAMPLE_PARAMS, { sample })).toMatchObject({
      error: { code: -1, message: "User rejected sampling request" },
    });
  });

  it(req("roots.client-unsupported"), async () => {
    expect(await ask("roots/list", {})).toMatchObject({ error: { code: -32601 } });
  });

  it(req("roots.client-internal-error"), async () => {
    const roots = () => {
      throw new Error("the disk is gone");
    };
    const onError = (): void => undefined;
    expect(await ask("roots/list", {}, { roots, onError })).toMatchObject({ error: { code: -32603 } });
  });

  it(req("roots.client-changed"), async () => {
    const { client, server } = await withClient(revision, {}, { roots: ROOTS });
    client.rootsChanged();
    expect(await server.next("notifications/roots/list_changed")).not.toHaveProperty("id");
  });

  it(req("cancellation.client-honours"), async () => {
    let stopped: (reason: unknown) => void = () => undefined;
    const aborted = new Promise<unknown>((resolve) => (stopped = resolve));
    const sample = (_request: object, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<typeof SAID>((resolve) => {
        signal.addEventListener("abort", () => {
          stopped(signal.reason);
          resolve(SAID);
        });
      });
    const { server } = await withClient(revision, {}, { sample });
    server.say({ jsonrpc: "2.0", id: "question", method: "sampling/createMessage", params: SAMPLE_PARAMS });
    const params = { requestId: "question", reason: "not needed" };
    server.say({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    expect(await aborted).toMatchObject({ message: "not needed" });
    server.say({ jsonrpc: "2.0", id: "alive", method: "ping" });
    expect(await server.nextAnswer()).toHaveProperty("id", "alive");
  });
});

describe("a client in revision 2025-11-25", () => {
  const ask = (method: string, params: JsonObject, options: McpClientOptions = {}) =>
    answerTo("2025-11-25", method, params, options);

  it(req("elicitation.client-undeclared-mode"), async () => {
    for (const [params, options] of [
      [URL_PARAMS, { elicit: accepting }],
      [FORM_PARAMS, { openUrl: accepting }],
    ] as const) {
      expect(await ask("elicitation/create", params, options)).toMatchObject({ error: { code: -32602 } });
    }
  });

  it(req("elicitation.client-ignores-complete"), async () => {
    const { server } = await withClient("2025-11-25", {}, { openUrl: accepting });
    const complete = (elicitationId: string) =>
      server.say({ jsonrpc: "2.0", method: "notifications/elicitation/complete", params: { elicitationId } });
    complete("never heard of");
    server.say({ jsonrpc: "2.0", id: "question", method: "elicitation/create", params: URL_PARAMS });
    await server.nextAnswer();
    for (let times = 0; times < 2; times += 1) complete("one");
    server.say({ jsonrpc: "2.0", id: "alive", method: "ping" });
    expect(await server.nextAnswer()).toEqual({ jsonrpc: "2.0", id: "alive", result: {} });
  });

  const use = (id: string) => ({ type: "tool_use", id, name: "weather", input: {} });
  const result = (toolUseId: string) => ({ type: "tool_result", toolUseId, content: [] });
  const sampling = (...content: readonly JsonObject[]) =>
    ask(
      "sampling/createMessage",
      {
        messages: [
          ...SAMPLE_PARAMS.messages,
          { role: "assistant", content: [use("1"), use("2")] },
          { role: "user", content },
        ],
        maxTokens: 9,
        tools: [structuredClone(WEATHER_TOOL)],
      },
      { sample: () => SAID, capabilities: { sampling: { tools: {} } } },
    );

  it(req("sampling.client-tool-result-missing"), async () => {
    expect(await sampling(result("1"), result("2"))).toHaveProperty("result");
    expect(await sampling(result("1"))).toMatchObject({ error: { code: -32602 } });
  });

  it(req("sampling.client-tool-results-mixed"), async () => {
    const text = { type: "text", text: "And now?" };
    expect(await sampling(result("1"), result("2"), text)).toMatchObject({ error: { code: -32602 } });
  });
});

describe("a client in the stateless era", () => {
  it(req("roots.client-changed-stateless"), async () => {
    const script: Script = { "tools/call": () => COMPLETE };
    const { client, server }: Connected = await withClient("2026-07-28", script, { roots: ROOTS });
    client.rootsChanged();
    await client.callTool("anything");
    expect(server.receivedMethods).not.toContain("notifications/roots/list_changed");
  });
});
