import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { gate } from "../../../test/support/gate.js";
import { settled, type Wire } from "../../../test/support/link.js";
import { legacy, modern, type Script } from "../../../test/support/scripted-server.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { ElicitResult } from "../../protocol/question-types.js";
import type { Progress } from "../../protocol/types.js";

const done = { resultType: "complete", content: [{ type: "text", text: "done" }] };
const form = {
  method: "elicitation/create",
  params: { message: "?", requestedSchema: { type: "object", properties: {} } },
};
const roots = { method: "roots/list" };
const accepted: ElicitResult = { action: "accept" };
const declining = { elicit: () => ({ action: "decline" as const }) };

/** A server that gives one result after the other, and the last one for ever. */
function inTurn(...results: JsonObject[]): Script {
  let turn = 0;
  return modern(
    ({ id, method }, to) => {
      if (method?.startsWith("notifications/") === true) return;
      to.result(id, results[Math.min(turn++, results.length - 1)] ?? done);
    },
    { tools: {}, prompts: {}, resources: {} },
  );
}

const asking = (inputRequests?: JsonObject, requestState?: string): JsonObject => ({
  resultType: "input_required",
  ...(inputRequests !== undefined && { inputRequests }),
  ...(requestState !== undefined && { requestState }),
});

/** Params without the metadata of the era. */
const paramsOf = ({ params: { _meta, ...params } = {} }: Wire): JsonObject => params;

describe("a call that is answered with questions", () => {
  it("is repeated with the answers and the state, as they came, under a new id", async () => {
    const { client, later } = await connectedClient(
      inTurn(asking({ a: form, b: roots }, "s1"), asking({ c: form }, " s2 "), asking({ d: form }), done),
      { elicit: () => accepted, roots: [{ uri: "file:///a" }] },
    );
    const result = await client.callTool("t", { x: 1 }, { meta: { traceparent: "00-1" } });
    expect(result).toEqual(done);
    const call = { name: "t", arguments: { x: 1 } };
    const answer = { action: "accept", content: {} };
    expect(later().map(paramsOf)).toEqual([
      call,
      { ...call, inputResponses: { a: answer, b: { roots: [{ uri: "file:///a" }] } }, requestState: "s1" },
      { ...call, inputResponses: { c: answer }, requestState: " s2 " },
      { ...call, inputResponses: { d: answer } },
    ]);
    expect(new Set(later().map(({ id }) => id)).size).toBe(4);
    for (const { params } of later()) expect(params?.["_meta"]).toMatchObject({ traceparent: "00-1" });
    await client.close();
  });

  it("is repeated at once when there are no questions, with the state alone", async () => {
    const { client, later } = await connectedClient(inTurn(asking(undefined, "later"), done));
    await client.callTool("t");
    expect(later().map(paramsOf)[1]).toEqual({ name: "t", arguments: {}, requestState: "later" });
    await client.close();
  });

  it("may have no questions to answer", async () => {
    const { client, later } = await connectedClient(inTurn(asking({}), done));
    await client.callTool("t");
    expect(later().map(paramsOf)[1]).toEqual({ name: "t", arguments: {}, inputResponses: {} });
    await client.close();
  });

  it("may be to get a prompt or read a resource", async () => {
    const prompt = { messages: [] };
    const read = { contents: [] };
    const { client } = await connectedClient(
      inTurn(asking({ a: form }), prompt, asking({ a: form }), read),
      declining,
    );
    expect(await client.getPrompt("p")).toEqual(prompt);
    expect(await client.readResource("note://1")).toEqual(read);
    await client.close();
  });

  it("reports the progress of every round", async () => {
    const reported: Progress[] = [];
    let round = 0;
    const { client } = await connectedClient(
      modern(({ id, params }, to) => {
        const meta = params?.["_meta"] as JsonObject; // every request has it
        to.send({
          jsonrpc: "2.0",
          method: "notifications/progress",
          params: { progressToken: meta["progressToken"], progress: ++round },
        });
        to.result(id, round === 1 ? asking({ a: form }) : done);
      }),
      declining,
    );
    await client.callTool("t", {}, { onProgress: (progress) => reported.push(progress) });
    expect(reported).toEqual([{ progress: 1 }, { progress: 2 }]);
    await client.close();
  });

  it("has keys of any name", async () => {
    const tricky = JSON.parse(
      `{"__proto__":${JSON.stringify(form)},"toString":${JSON.stringify(form)}}`,
    ) as JsonObject;
    const { client, later } = await connectedClient(inTurn(asking(tricky), done), declining);
    await client.callTool("t");
    expect(JSON.stringify(later()[1]?.params?.["inputResponses"])).toBe(
      '{"__proto__":{"action":"decline"},"toString":{"action":"decline"}}',
    );
    await client.close();
  });

  it("asks all questions of a round at the same time", async () => {
    const waiting: (() => void)[] = [];
    const { client } = await connectedClient(inTurn(asking({ a: form, b: form }), done), {
      elicit: () =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve(accepted);
          });
        }),
    });
    const call = client.callTool("t");
    await settled();
    expect(waiting).toHaveLength(2);
    for (const open of waiting) open();
    await call;
    await client.close();
  });
});

describe("rounds", () => {
  it.each([
    ["10 of them", {}, {}, 10],
    ["as many as the client allows", { maxRounds: 2 }, {}, 2],
    ["as many as the call allows", { maxRounds: 2 }, { maxRounds: 3 }, 3],
    ["none", {}, { maxRounds: 0 }, 0],
  ])("are bounded: %s", async (_, options, callOptions, rounds) => {
    const { client, later } = await connectedClient(inTurn(asking(undefined, "s")), options);
    await expect(client.callTool("t", {}, callOptions)).rejects.toMatchObject({
      name: "TooManyRoundsError",
      maxRounds: rounds,
    });
    expect(later()).toHaveLength(rounds + 1);
    await client.close();
  });

  it("cannot be some odd number", async () => {
    await expect(connectedClient(modern(), { maxRounds: -1 })).rejects.toThrow(RangeError);
    const { client } = await connectedClient(inTurn(asking(undefined, "s")));
    await expect(client.callTool("t", {}, { maxRounds: 1.5 })).rejects.toThrow(RangeError);
    await client.close();
  });

  it("have the time of a call each, and a person has all the time there is", async () => {
    const answer = gate<ElicitResult>();
    const { client, clock } = await connectedClient(
      modern(({ id, params }, to) => {
        if (params?.["inputResponses"] === undefined) to.result(id, asking({ a: form }));
      }),
      { elicit: () => answer.promise, timeoutMs: 100, maxTotalTimeoutMs: 200 },
    );
    const call = client.callTool("t");
    const failed = expect(call).rejects.toMatchObject({ name: "RequestTimeoutError", limit: "idle" });
    await settled();
    clock.advance(10_000);
    await settled();
    answer.open(accepted);
    await settled();
    clock.advance(99);
    await settled();
    clock.advance(1);
    await failed;
    await client.close();
  });
});

describe("a result that asks for input", () => {
  it.each([
    ["neither questions nor state", asking(), /neither questions nor state/],
    ["a state that is no string", { ...asking(), requestState: 1 }, /requestState must be a string/],
    ["questions that are a list", { ...asking(), inputRequests: [form] }, /inputRequests must be an object/],
    [
      "a question that is no object",
      asking({ a: "?" }),
      /the question "a" cannot be answered|must be an object/,
    ],
    ["a question without a method", asking({ a: {} }), /method of a question/],
    [
      "a question with params that are none",
      asking({ a: { method: "roots/list", params: [] } }),
      /params of a question/,
    ],
    ["a question nobody knows", asking({ a: { method: "acme/ask" } }), /the question "a" cannot be answered/],
    [
      "a question that was not declared",
      asking({ a: form, b: roots }),
      /the question "b" cannot be answered/,
    ],
    [
      "more than 100 questions",
      asking(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [String(n), form]))),
      /at most 100 questions, not 101/,
    ],
  ] as const)("is invalid with %s, and nobody is asked", async (_, result, message) => {
    let asked = 0;
    const { client, later } = await connectedClient(inTurn(result), {
      elicit: () => {
        asked += 1;
        return accepted;
      },
    });
    await expect(client.callTool("t")).rejects.toMatchObject({
      name: "InvalidResultError",
      message: expect.stringMatching(message) as string,
    });
    expect([asked, later().length]).toEqual([0, 1]);
    await client.close();
  });

  it("is invalid for requests that must not ask", async () => {
    const { client } = await connectedClient(inTurn(asking({ a: form }, "s")), declining);
    await expect(client.listTools()).rejects.toThrow(
      "tools/list: the result asks for input, which it must not",
    );
    await client.close();
  });

  it("is invalid in the handshake era", async () => {
    const { client } = await connectedClient(
      legacy(({ id }, to) => to.result(id, asking({ a: form }))),
      declining,
    );
    await expect(client.callTool("t")).rejects.toMatchObject({ name: "InvalidResultError" });
    await client.close();
  });
});

describe("a call with questions ends", () => {
  /** A client whose call waits for two answers. */
  async function waiting(options: { readonly signal?: AbortSignal } = {}) {
    const signals: AbortSignal[] = [];
    const first = gate<ElicitResult>();
    const connected = await connectedClient(inTurn(asking({ a: form, b: form }), done), {
      elicit: (_, { signal }) => (signals.push(signal) === 1 ? first.promise : new Promise(() => undefined)),
    });
    const call = connected.client.callTool("t", {}, options);
    call.catch(() => undefined);
    await settled();
    return { ...connected, call, signals, first };
  }

  it("with the error of a handler, and the others are told", async () => {
    const { client, call, signals, first, later } = await waiting();
    const failure = new Error("No screen");
    first.fail(failure);
    await expect(call).rejects.toBe(failure);
    expect(signals.map(({ reason }) => reason as unknown)).toEqual([failure, failure]);
    expect(later()).toHaveLength(1);
    await client.close();
  });

  it("with the reason of its signal, and all handlers are told", async () => {
    const controller = new AbortController();
    const { client, call, signals, later } = await waiting({ signal: controller.signal });
    const reason = new Error("Changed my mind");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(later()).toHaveLength(1);
    await client.close();
  });

  it("when the client is closed", async () => {
    const { client, call, signals } = await waiting();
    await client.close();
    await expect(call).rejects.toMatchObject({ name: "ConnectionLostError", mayHaveBeenDelivered: true });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it("when the connection is lost during a later round", async () => {
    const { client } = await connectedClient(
      modern(({ id, params }, to) => {
        if (params?.["requestState"] === undefined) to.result(id, asking(undefined, "s"));
        else to.lose("gone");
      }),
    );
    await expect(client.callTool("t")).rejects.toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
    });
    await client.close();
  });

  it("when the connection is lost between rounds, and says that the server had begun", async () => {
    const answer = gate<ElicitResult>();
    const { client, end } = await connectedClient(inTurn(asking({ a: form })), {
      elicit: () => answer.promise,
    });
    const call = client.callTool("t");
    const failed = expect(call).rejects.toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: true,
    });
    await settled();
    end.lose("gone");
    await settled();
    answer.open(accepted);
    await failed;
    await client.close();
  });
});

describe("between rounds", () => {
  it("a connection that was lost may be replaced: a retry stands for itself", async () => {
    const answer = gate<ElicitResult>();
    const { client, server, end } = await connectedClient(inTurn(asking({ a: form }, "s"), done), {
      elicit: () => answer.promise,
      reconnect: { attempts: 1, windowMs: 1_000 },
    });
    const call = client.callTool("t");
    await settled();
    end.lose("gone");
    await settled();
    answer.open(accepted);
    expect(await call).toEqual(done);
    expect(server.connections[1]?.received.at(-1)?.params).toMatchObject({ requestState: "s" });
    await client.close();
  });
});

describe("the error of revision 2025-11-25 that asks for a URL", () => {
  const elicitation = { mode: "url", url: "https://a.example", message: "Log in", elicitationId: "1" };

  it("tells which", async () => {
    const { client } = await connectedClient(
      legacy(({ id }, to) => {
        to.error(id, -32042, { elicitations: [elicitation] });
      }),
    );
    await expect(client.callTool("t")).rejects.toMatchObject({
      name: "UrlElicitationRequiredError",
      code: -32042,
      elicitations: [elicitation],
      data: { elicitations: [elicitation] },
    });
    await client.close();
  });

  it.each([undefined, {}, { elicitations: [{ mode: "form" }] }])(
    "is any error when it does not: %o",
    async (data) => {
      const { client } = await connectedClient(
        legacy(({ id }, to) => {
          to.error(id, -32042, data);
        }),
      );
      await expect(client.callTool("t")).rejects.toMatchObject({ name: "ProtocolError", code: -32042 });
      await client.close();
    },
  );
});
