import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { legacy, modern } from "../../../test/support/scripted-server.js";
import { gate } from "../../../test/support/gate.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { asJsonObject } from "../../jsonrpc/as-json.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Era } from "../../protocol/revisions.js";
import type { McpClientOptions } from "../options.js";
import type { QuestionContext } from "./handlers.js";

/** What the one that waits gets, and where there is any, what `onError` is told. */
type Outcome = ({ readonly answer: JsonObject } | { readonly error: unknown }) & {
  readonly reported?: readonly unknown[];
};

/** Has a server ask one question, in the way of an era, and tells what it gets to hear. */
async function ask(
  era: Era,
  question: { readonly method: string; readonly params?: object },
  options: McpClientOptions,
): Promise<Outcome> {
  const heard = gate<Outcome>();
  const reported: unknown[] = [];
  const request = asJsonObject(question);
  const { client, end } = await connectedClient(
    era === "handshake"
      ? legacy(({ id, result, error }) => {
          if (id === "q") heard.open(result === undefined ? { error } : { answer: result });
        })
      : modern(({ id, params = {} }, to) => {
          const { inputResponses: answers } = params;
          if (answers === undefined)
            to.result(id, { resultType: "input_required", inputRequests: { q: request } });
          else heard.open({ answer: (answers as { q: JsonObject }).q }); // what a client sends back
        }),
    { onError: (error) => void reported.push(error), ...options },
  );
  if (era === "handshake")
    end.send({ jsonrpc: "2.0", id: "q", ...question } as never); // whatever a server may send
  else
    client.callTool("asks").catch((error: unknown) => {
      heard.open({ error });
    });
  const outcome = await heard.promise;
  await client.close();
  return reported.length > 0 ? { ...outcome, reported } : outcome;
}

const form = (properties: object, required: readonly string[] = []): { method: string; params: object } => ({
  method: "elicitation/create",
  params: { message: "Which day?", requestedSchema: { type: "object", properties, required } },
});
const days = form(
  { day: { type: "string", enum: ["monday", "friday"] }, at: { type: "integer", default: 9 } },
  ["day"],
);
const url = {
  method: "elicitation/create",
  params: { mode: "url", message: "Log in", url: "https://a.example/x" },
};
const sample = (params: object = {}): { method: string; params: object } => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content: { type: "text", text: "Hi" } }], maxTokens: 10, ...params },
});
const said = { role: "assistant", model: "m", content: { type: "text", text: "Hello" } } as const;
const nothing = { action: "cancel" } as const;

describe.each(["handshake", "stateless"] as const)("a question in the %s era", (era) => {
  /** How the eras tell of a question that cannot be answered. */
  const refused = (code: number, message: RegExp): Outcome => ({
    error:
      era === "handshake"
        ? { code, message: expect.stringMatching(message) as string }
        : (expect.objectContaining({
            name: "InvalidResultError",
            message: expect.stringMatching(message) as string,
          }) as object),
  });
  /** How the eras tell of a handler that failed: the server learns no more than `told`. */
  const failed = (name: string, message: RegExp, told = "The answer does not fit the question"): Outcome => {
    const failure: unknown = expect.objectContaining({
      name,
      message: expect.stringMatching(message) as string,
    });
    return era === "handshake"
      ? { error: { code: -32603, message: told }, reported: [failure] }
      : { error: failure };
  };

  it("comes with what there is to show, and with who asks", async () => {
    const asked: unknown[] = [];
    const elicit = (request: unknown, { server, method, signal }: QuestionContext): typeof nothing => {
      asked.push(request, server, method, signal.aborted);
      return nothing;
    };
    await ask(era, days, { elicit });
    const [name, method] = era === "handshake" ? ["legacy", undefined] : ["modern", "tools/call"];
    expect(asked).toEqual([days.params, { name, version: "1" }, method, false]);
  });

  it("is answered with the content of a form, completed with the form's defaults", async () => {
    const elicit = () => ({ action: "accept" as const, content: { day: "monday" } });
    expect(await ask(era, days, { elicit })).toEqual({
      answer: { action: "accept", content: { day: "monday", at: 9 } },
    });
  });

  it("has its defaults when nothing was filled in at all", async () => {
    const optional = form({ at: { type: "integer", default: 9 }, note: { type: "string" } });
    expect(await ask(era, optional, { elicit: () => ({ action: "accept" }) })).toEqual({
      answer: { action: "accept", content: { at: 9 } },
    });
  });

  it.each(["decline", "cancel"] as const)(
    "is answered without content when the user chose to %s",
    async (action) => {
      expect(await ask(era, days, { elicit: () => ({ action, content: { day: "monday" } }) })).toEqual({
        answer: { action },
      });
    },
  );

  it.each([
    ["does not fit the form", { action: "accept", content: { day: "sunday" } }, /"day" must be one of/],
    ["lacks a field", { action: "accept", content: {} }, /"day" is missing/],
    ["has a field too many", { action: "accept", content: { day: "monday", x: 1 } }, /"x" is no field/],
    ["is no object", { action: "accept", content: "monday" }, /must be an object/],
    ["has an action nobody knows", { action: "maybe" }, /accept, decline or cancel, not the action "maybe"/],
    ["is missing", undefined, /accept, decline or cancel, not missing/],
  ])("fails when the answer to a form %s", async (_, answer, message) => {
    const elicit = () => answer as never; // what a handler in JavaScript may return
    expect(await ask(era, days, { elicit })).toEqual(failed("InvalidAnswerError", message));
  });

  it("may be to visit a URL, and has an answer without content", async () => {
    const openUrl = () => ({ action: "accept" as const, content: { a: 1 } });
    expect(await ask(era, url, { openUrl })).toEqual({ answer: { action: "accept" } });
  });

  it.each([
    ["has no message", { method: "elicitation/create", params: { requestedSchema: {} } }, /params\.message/],
    ["has no schema", { method: "elicitation/create", params: { message: "?" } }, /requestedSchema/],
    ["has a nested schema", form({ a: { type: "object" } }), /properties\.a: a field must be/],
    ["has no URL", { method: "elicitation/create", params: { mode: "url", message: "?" } }, /params\.url/],
    [
      "has a URL that is none",
      { method: "elicitation/create", params: { mode: "url", message: "?", url: "a b" } },
      /params\.url/,
    ],
    [
      "has a mode nobody knows",
      { method: "elicitation/create", params: { mode: "voice", message: "?" } },
      /"voice"/,
    ],
    ["has no messages", sample({ messages: undefined }), /params\.messages/],
    ["has tools that were not declared", sample({ tools: [] }), /params\.tools is only for clients/],
    [
      "has a choice of tools that was not declared",
      sample({ toolChoice: { mode: "auto" } }),
      /params\.toolChoice/,
    ],
  ])("is refused when it %s", async (_, question, message) => {
    const options: McpClientOptions = { elicit: () => nothing, openUrl: () => nothing, sample: () => said };
    expect(await ask(era, question, options)).toEqual(refused(-32602, message));
  });

  it.each([
    ["elicitation", days, -32601, { roots: [] }],
    ["forms", days, -32602, { openUrl: () => nothing }],
    ["URLs", url, -32602, { elicit: () => nothing }],
    ["sampling", sample(), -32601, { elicit: () => nothing }],
    ["roots", { method: "roots/list" }, -32601, {}],
    ["anything else", { method: "acme/ask" }, -32601, { roots: [] }],
  ] as const)("is refused when %s was not declared", async (_, question, code, options) => {
    expect(await ask(era, question, options)).toEqual(refused(code, /./));
  });

  it("is answered by a model", async () => {
    expect(await ask(era, sample(), { sample: () => said })).toEqual({ answer: said });
  });

  it("may bring tools for the model, once that is declared", async () => {
    const tools = [{ name: "t", inputSchema: { type: "object" } }];
    const used = {
      role: "assistant",
      model: "m",
      stopReason: "toolUse",
      content: [{ type: "tool_use", id: "1", name: "t", input: {} }],
    } as const;
    const outcome = await ask(era, sample({ tools }), {
      sample: () => used,
      capabilities: { sampling: { tools: {} } },
    });
    expect(outcome).toEqual({ answer: used });
  });

  it.each([
    ["no model", { ...said, model: undefined }],
    ["no role", { ...said, role: "system" }],
    ["no content", { ...said, content: undefined }],
    ["content without its text", { ...said, content: { type: "text" } }],
  ])("fails when the sampled message has %s", async (_, answer) => {
    const options: McpClientOptions = { sample: () => answer as never }; // what a handler in JavaScript may return
    expect(await ask(era, sample(), options)).toEqual(failed("InvalidAnswerError", /The sampled message/));
  });

  it("is answered with the roots, given as a list or by a function", async () => {
    const roots = [{ uri: "file:///project", name: "Project" }];
    expect(await ask(era, { method: "roots/list" }, { roots })).toEqual({ answer: { roots } });
    expect(await ask(era, { method: "roots/list" }, { roots: async () => roots })).toEqual({
      answer: { roots },
    });
  });

  it("fails when a function gives roots that are none", async () => {
    const roots = () => [{ uri: "https://a.example" }];
    expect(await ask(era, { method: "roots/list" }, { roots })).toEqual(
      failed("InvalidAnswerError", /roots\[0\]\.uri must be a file:\/\/ URI/),
    );
  });

  it("fails with what its handler throws, of which the server does not learn", async () => {
    const fail = (): never => {
      throw new RangeError("No screen");
    };
    const failure = failed("RangeError", /^No screen$/, "Internal error");
    expect(await ask(era, days, { elicit: fail })).toEqual(failure);
    expect(await ask(era, url, { openUrl: fail })).toEqual(failure);
    expect(await ask(era, sample(), { sample: fail })).toEqual(failure);
    expect(await ask(era, { method: "roots/list" }, { roots: fail })).toEqual(failure);
  });

  it("fails with the ProtocolError that its handler throws, of which the server learns", async () => {
    const refuse = async (): Promise<never> =>
      Promise.reject(new ProtocolError(-1, "User rejected sampling request"));
    expect(await ask(era, sample(), { sample: refuse })).toEqual({
      error:
        era === "handshake"
          ? { code: -1, message: "User rejected sampling request" }
          : (expect.objectContaining({ name: "ProtocolError", code: -1 }) as object),
    });
  });
});
