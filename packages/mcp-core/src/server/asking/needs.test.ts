import { describe, expect, it } from "vitest";
import { accepted, asked, asking, callLive, EVERYTHING, said } from "../../../test/support/asking.js";
import { handshaken } from "../../../test/support/link.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { HANDSHAKE_REVISIONS, type HandshakeRevision } from "../../protocol/revisions.js";
import type { CreateMessageParams } from "../../protocol/question-types.js";
import type { Context } from "../context.js";

const hello: CreateMessageParams = {
  messages: [{ role: "user", content: { type: "text", text: "Hello" } }],
  maxTokens: 5,
};
const tools = [{ name: "t", inputSchema: { type: "object" } }] as const;

const ASKS: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  form: (ctx) => ctx.elicit("A?"),
  url: (ctx) => ctx.elicit("A?", new URL("https://example.com")),
  sample: (ctx) => ctx.sample(hello),
  tools: (ctx) => ctx.sample({ ...hello, tools }),
  toolChoice: (ctx) => ctx.sample({ ...hello, toolChoice: { mode: "none" } }),
  noContext: (ctx) => ctx.sample({ ...hello, includeContext: "none" }),
  context: (ctx) => ctx.sample({ ...hello, includeContext: "thisServer" }),
  roots: (ctx) => ctx.roots(),
  formAmongSeveral: (ctx) => ctx.ask({ a: { message: "A?" } }),
};

const asks = (name: string) => asking((ctx) => ASKS[name]?.(ctx));

describe("what a client of the stateless era did not declare", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["form", {}, { elicitation: { form: {} } }],
    ["form", { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    ["formAmongSeveral", { sampling: {} }, { elicitation: { form: {} } }],
    ["url", { elicitation: {} }, { elicitation: { url: {} } }],
    ["url", { elicitation: { form: {} } }, { elicitation: { url: {} } }],
    ["sample", { elicitation: {} }, { sampling: {} }],
    ["tools", { sampling: {} }, { sampling: { tools: {} } }],
    ["toolChoice", { sampling: { context: {} } }, { sampling: { tools: {} } }],
    ["context", { sampling: { tools: {} } }, { sampling: { context: {} } }],
    ["roots", { sampling: {} }, { roots: {} }],
  ])("is not asked for (%s of %j)", async (name, capabilities, requiredCapabilities) => {
    const reply = await asks(name).round(undefined, undefined, { capabilities });
    expect(reply?.error).toMatchObject({ code: -32021, data: { requiredCapabilities } });
  });

  it.each<[string, JsonObject, string]>([
    ["url", { elicitation: {} }, "elicitation.url"],
    ["tools", { sampling: {} }, "sampling.tools"],
    ["sample", {}, "sampling"],
    ["roots", {}, "roots"],
  ])("is named with its part (%s of %j)", async (name, capabilities, path) => {
    const reply = await asks(name).round(undefined, undefined, { capabilities });
    expect(reply?.error?.message).toBe(`The client did not declare: ${path}`);
  });

  it.each<[string, JsonObject]>([
    ["form", { elicitation: {} }],
    ["form", { elicitation: { form: {} } }],
    ["url", { elicitation: { url: {} } }],
    ["sample", { sampling: {} }],
    ["noContext", { sampling: {} }],
    ["tools", { sampling: { tools: {} } }],
    ["context", { sampling: { context: {} } }],
    ["roots", { roots: {} }],
  ])("is asked for when it did (%s of %j)", async (name, capabilities) => {
    expect(asked(await asks(name).round(undefined, undefined, { capabilities })).keys).toHaveLength(1);
  });

  it("is no page to visit where the handler passes a text for its URL, which is refused", async () => {
    const handlers = [
      (ctx: Context) => ctx.elicit("A?", "https://example.com" as never),
      (ctx: Context) => ctx.ask({ a: { message: "A?", url: "https://example.com" as never } }),
    ];
    for (const handler of handlers)
      expect(said(await asking(handler).round())).toBe(
        'The page that the user is to visit must be a URL, not "https://example.com": pass new URL("https://example.com")',
      );
  });

  it("may be done without, by a handler that catches the error", async () => {
    const { round } = asking((ctx) => ctx.elicit("A?").catch(() => "never mind"));
    expect(said(await round(undefined, undefined, { capabilities: {} }))).toBe("never mind");
  });

  it("is not asked for in a later round either", async () => {
    const { round } = asking(async (ctx) => {
      await ctx.roots({ key: "roots" });
      return ctx.elicit("A?");
    });
    const { state } = asked(await round());
    const reply = await round({ roots: { roots: [] } }, state, { capabilities: { roots: {} } });
    expect(reply?.error?.code).toBe(-32021);
  });
});

describe("what a revision does not know", () => {
  const rich: JsonObject = EVERYTHING;
  /** What each revision that knows a question sends for it, of a client that declares everything. */
  it.each<[string, readonly HandshakeRevision[]]>([
    ["form", ["2025-06-18", "2025-11-25"]],
    ["url", ["2025-11-25"]],
    ["sample", HANDSHAKE_REVISIONS],
    ["tools", ["2025-11-25"]],
    ["context", HANDSHAKE_REVISIONS],
    ["roots", HANDSHAKE_REVISIONS],
  ])("is not asked for, whatever the client declares (%s)", async (name, known) => {
    const answers: JsonObject = {
      ...accepted({}),
      roots: [],
      role: "assistant",
      model: "m",
    };
    const content: JsonObject =
      name === "form" || name === "url" ? {} : { content: { type: "text", text: "" } };
    const outcomes = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const { server } = asks(name);
        const opened = await handshaken(server, revision, { capabilities: rich });
        const { sent } = await callLive(opened, () => ({ ...answers, ...content }));
        return sent.length > 0;
      }),
    );
    expect(HANDSHAKE_REVISIONS.filter((_, index) => outcomes[index])).toEqual(known);
  });

  it("is not what an elicitation of 2025-06-18 holds: any is for forms", async () => {
    const { server } = asks("form");
    const opened = await handshaken(server, "2025-06-18", { capabilities: { elicitation: { extra: 1 } } });
    const { sent } = await callLive(opened, () => accepted());
    expect(sent).toHaveLength(1);
  });
});

describe("what surrounds a handler", () => {
  it("cannot ask: it sees results, and does not run anew", async () => {
    const seen: boolean[] = [];
    const { server, stateless } = asking((ctx) => (seen.push("elicit" in ctx), ""));
    server.use((_, ctx, next) => {
      seen.push("elicit" in ctx);
      return next();
    });
    expect(said(await stateless("tools/call", { name: "run" }))).toBe("");
    expect(seen).toEqual([false, true]);
  });
});
