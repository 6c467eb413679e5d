import { describe, expect, it } from "vitest";
import { z } from "zod";
import { handshaken, initializeParams, openLink, settled } from "../../../test/support/link.js";
import type { DetachedHost, PreparedCall, ToolHooks } from "../../extension/tools.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { AskRefusedError, UrlElicitationRequiredError } from "../../protocol/errors.js";
import type { InputRequest } from "../../protocol/question-types.js";
import type { Context } from "../context.js";
import type { McpServerOptions } from "../options.js";
import { McpServer } from "../server.js";
import { ToolError } from "../tools/definition.js";

function serverWith(tools: ToolHooks, options: McpServerOptions = {}): McpServer {
  return new McpServer("s", { ...options, extensions: [{ id: "com.example/later", tools }] });
}

interface Apart {
  readonly hooks: ToolHooks;
  readonly asked: (readonly [string, InputRequest])[];
  readonly progress: unknown[];
  readonly logged: unknown[];
  readonly outcomes: Promise<unknown>[];
  readonly stop: AbortController;
}

/** Answers every call at once, and runs its handler apart. */
function apart(answer: JsonObject | Error = { action: "accept", content: {} }): Apart {
  const [asked, progress, logged, outcomes]: [
    Apart["asked"][number][],
    unknown[],
    unknown[],
    Promise<unknown>[],
  ] = [[], [], [], []];
  const stop = new AbortController();
  const host: DetachedHost = {
    signal: stop.signal,
    ask: (key, request) => {
      asked.push([key, request]);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    progress: async (...said) => void progress.push(said),
    log: (...said) => void logged.push(said),
  };
  const begun = (prepared: PreparedCall): JsonObject => {
    if (prepared.kind === "answered") return prepared.result as JsonObject;
    const outcome = prepared.run(host);
    outcome.catch(() => undefined);
    outcomes.push(outcome);
    return { content: [], later: true };
  };
  const hooks: ToolHooks = { call: async (call) => begun(await call.prepare()) };
  return { hooks, asked, progress, logged, outcomes, stop };
}

const CLIENT = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

describe("an extension sees of tools", () => {
  it("none that is refused", () => {
    const seen: string[] = [];
    const server = serverWith({ registered: ({ name }) => void seen.push(name) });
    const input = z.object({ of: z.object({}).meta({ "x-mcp-header": "Of" }) });
    expect(() => server.tool("refused", { input }, () => "done")).toThrow(TypeError);
    expect(seen).toEqual([]);
  });

  it("what is registered, with options of its own, and may refuse it", () => {
    const seen: unknown[] = [];
    const server = serverWith({
      registered: ({ name, definition }) => {
        const price = definition.extensions?.["com.example/later"];
        if (price === -1) throw new RangeError("the price must be 0 or more");
        seen.push([name, price]);
      },
    });
    server.tool("a", { extensions: { "com.example/later": 5 } }, () => "a");
    const refused = (): unknown => server.tool("b", { extensions: { "com.example/later": -1 } }, () => "b");
    expect(refused).toThrow("the price must be 0 or more");
    expect(seen).toEqual([["a", 5]]);
    expect(() => server.tool("b", {}, () => "b")).not.toThrow();
  });

  it("how it is described, and adds to that, by revision", async () => {
    const server = serverWith({
      describe: ({ name }, revision) => (revision === "2025-11-25" ? { execution: { of: name } } : undefined),
    });
    server.tool("a", {}, () => "a");
    const listed = async (revision: "2025-11-25" | "2025-06-18"): Promise<unknown> =>
      (await (await handshaken(server, revision)).request("tools/list"))?.result?.["tools"];
    expect(await listed("2025-11-25")).toMatchObject([{ name: "a", execution: { of: "a" } }]);
    expect(await listed("2025-06-18")).toEqual([expect.not.objectContaining({ execution: {} })]);
  });

  it("what its author says of it in _meta, and adds to that", async () => {
    const server = serverWith({ describe: () => ({ _meta: { "com.example/later": true } }) });
    server.tool("a", { _meta: { "com.example/own": 1 } }, () => "a");
    const reply = await openLink(server).stateless("tools/list");
    expect(reply?.result?.["tools"]).toMatchObject([
      { _meta: { "com.example/own": 1, "com.example/later": true } },
    ]);
  });

  it("every call of one that the caller may see, and serves it or leaves it", async () => {
    const called: unknown[] = [];
    const server = serverWith({
      call: ({ tool, params }, ctx) => {
        called.push([tool.name, params["arguments"], ctx.method]);
        return tool.name === "mine" ? { content: [], mine: true } : undefined;
      },
    });
    for (const name of ["mine", "yours"])
      server.tool(name, { input: z.object({ n: z.number() }) }, () => name);
    server.tool("hidden", { visibleTo: () => false }, () => "hidden");
    const { stateless } = openLink(server);
    const call = async (name: string): Promise<unknown> =>
      (await stateless("tools/call", { name, arguments: { n: 1 } }))?.result;
    expect(await call("mine")).toMatchObject({ mine: true });
    expect(await call("yours")).toMatchObject({ content: [{ text: "yours" }] });
    expect(await call("hidden")).toBeUndefined();
    expect(called).toEqual([
      ["mine", { n: 1 }, "tools/call"],
      ["yours", { n: 1 }, "tools/call"],
    ]);
  });
});

describe("a call that an extension prepares", () => {
  it("shows the arguments as the handler will get them", async () => {
    const seen: unknown[] = [];
    const server = serverWith({
      call: async (call) => {
        const prepared = await call.prepare();
        if (prepared.kind === "ready") seen.push(prepared.args);
        return { content: [] };
      },
    });
    server.tool("a", { input: z.object({ n: z.number().default(5) }) }, () => "a");
    await openLink(server).stateless("tools/call", { name: "a", arguments: {} });
    expect(seen).toEqual([{ n: 5 }]);
  });

  it("comes before tasks, which would be made of it", async () => {
    const server = serverWith({ call: () => ({ content: [], guarded: true }) });
    server.tool("a", { task: "required" }, () => "a");
    const reply = await openLink(server).stateless("tools/call", { name: "a" });
    expect(reply?.result).toMatchObject({ guarded: true });
  });

  it("does not come to the handler with arguments that do not fit", async () => {
    const { hooks, outcomes } = apart();
    const server = serverWith(hooks);
    server.tool("a", { input: z.object({ n: z.number() }) }, () => "a");
    const reply = await openLink(server).stateless("tools/call", { name: "a", arguments: { n: "x" } });
    expect(reply?.result).toMatchObject({ isError: true });
    expect(outcomes).toEqual([]);
  });

  it("asks within the request what comes before, round by round, and hands what it found to the handler", async () => {
    const { hooks, outcomes } = apart();
    const server = serverWith(hooks);
    server.tool(
      "a",
      {
        task: {
          before: async (_, ctx) => ctx.elicit("Your name?", z.object({ name: z.string() })),
        },
      },
      (_args, _ctx, answer) => (answer.action === "accept" ? `Hello, ${answer.content.name}` : "Hello"),
    );
    const { stateless } = openLink(server);
    const first = await stateless("tools/call", { name: "a" }, { capabilities: CLIENT });
    const { inputRequests, requestState } = first?.result ?? {};
    const [key = ""] = Object.keys(inputRequests as object);
    const inputResponses = { [key]: { action: "accept", content: { name: "Ann" } } };
    const answers = { inputResponses, requestState };
    const second = await stateless(
      "tools/call",
      { name: "a", ...answers },
      {
        capabilities: CLIENT,
      },
    );
    expect([first?.result?.["resultType"], second?.result?.["later"]]).toEqual(["input_required", true]);
    expect(await Promise.all(outcomes)).toMatchObject([{ content: [{ text: "Hello, Ann" }] }]);
  });

  it("ends with a result when what comes before it fails", async () => {
    const { hooks, outcomes } = apart();
    const server = serverWith(hooks);
    const before = (): never => {
      throw new ToolError("closed on Sundays");
    };
    server.tool("a", { task: { before } }, () => "a");
    const reply = await openLink(server).stateless("tools/call", { name: "a" });
    expect(reply?.result).toMatchObject({ isError: true, content: [{ text: "closed on Sundays" }] });
    expect(outcomes).toEqual([]);
  });

  it("runs what comes before it also where no extension takes part", async () => {
    const server = new McpServer("s");
    server.tool("a", { task: { before: () => 5 } }, (_args, _ctx, five) => String(five + 1));
    server.tool("b", { task: { before: async () => "x" } }, (_args, _ctx, x) => x.repeat(2));
    const { stateless } = openLink(server);
    const text = async (name: string): Promise<unknown> => (await stateless("tools/call", { name }))?.result;
    expect(await text("a")).toMatchObject({ content: [{ text: "6" }] });
    expect(await text("b")).toMatchObject({ content: [{ text: "xx" }] });
  });

  it("is no tool's whose task.before is no function", () => {
    const register = (): unknown => new McpServer("s").tool("a", { task: { before: 5 as never } }, () => "a");
    expect(register).toThrow('task.before of tool "a" must be a function, not 5');
  });
});

describe.each(["2025-11-25", "stateless"] as const)(
  "a handler that runs apart from its request (%s)",
  (era) => {
    const run = async (
      handler: (ctx: Context) => string | undefined | Promise<string | undefined>,
      parts = apart(),
      options: McpServerOptions = {},
    ): Promise<Apart> => {
      const server = serverWith(parts.hooks, options);
      server.tool("a", {}, (_args, ctx) => handler(ctx));
      if (era === "stateless")
        await openLink(server).stateless("tools/call", { name: "a" }, { capabilities: CLIENT });
      else
        await (await handshaken(server, era, { capabilities: CLIENT })).request("tools/call", { name: "a" });
      return parts;
    };

    it("asks through its host while it waits, each question under a key", async () => {
      const { asked, outcomes } = await run(async (ctx) => {
        const { action } = await ctx.elicit("Sure?", undefined, { key: "sure" });
        await ctx.elicit("Open it?", new URL("https://example.com/"));
        await ctx.roots().catch(() => undefined);
        return action;
      });
      expect(await Promise.all(outcomes)).toMatchObject([{ content: [{ text: "accept" }] }]);
      expect(asked.map(([key, { method }]) => [key.replace(/~.*/, ""), method])).toEqual([
        ["sure", "elicitation/create"],
        ["url", "elicitation/create"],
        ["roots", "roots/list"],
      ]);
      const [, [, url] = []] = asked;
      expect(Object.keys(url?.params ?? {}).includes("elicitationId")).toBe(era === "2025-11-25");
    });

    it("learns what the client answers with an error, and what it did not declare", async () => {
      const refused = new AskRefusedError("elicitation/create", { code: -1, message: "not now" });
      const { outcomes } = await run(async (ctx) => {
        await expect(ctx.elicit("Sure?")).rejects.toBe(refused);
        ctx.require({ sampling: { tools: {} } });
      }, apart(refused));
      await expect(outcomes[0]).rejects.toThrow("The client did not declare: sampling.tools");
    });

    it("reports progress that increases, and logs, through its host", async () => {
      const { progress, logged, outcomes } = await run(async (ctx) => {
        for (const [done, message] of [[1, "one"], [1, "again"], [2]] as const)
          await ctx.progress(done, 2, message);
        ctx.log.info("begun", { n: 1 });
        await ctx.ping().catch(() => undefined);
        ctx.closeStream();
        await expect(async () => ctx.progress(NaN)).rejects.toThrow(TypeError);
      });
      await Promise.all(outcomes);
      expect(progress).toEqual([
        [1, 2, "one"],
        [2, 2, undefined],
      ]);
      expect(logged).toEqual([["info", { message: "begun", n: 1 }]]);
    });

    it("is told when it is to stop, and asks nothing then", async () => {
      const parts = apart();
      const { outcomes, asked, stop } = await run(async (ctx) => {
        await new Promise((resolve) => {
          ctx.signal.addEventListener("abort", resolve);
        });
        await ctx.elicit("Sure?");
      }, parts);
      await settled();
      stop.abort(new Error("cancelled"));
      expect(await Promise.all(outcomes)).toMatchObject([
        { isError: true, content: [{ text: "cancelled" }] },
      ]);
      expect(asked).toEqual([]);
    });

    it("keeps the headers of its request, and not what they came with", async () => {
      const parts = apart();
      const server = serverWith(parts.hooks);
      const kept = { get: (name: string) => (name === "x-one" ? "1" : null) };
      const headers = { get: () => "of the request", apart: () => kept };
      server.tool("a", {}, (_args, ctx) => String(ctx.headers?.get("x-one")));
      const { request, stateless } = openLink(server, { headers });
      if (era === "stateless") await stateless("tools/call", { name: "a" });
      else {
        await request("initialize", initializeParams(era));
        await request("tools/call", { name: "a" });
      }
      expect(await Promise.all(parts.outcomes)).toMatchObject([{ content: [{ text: "1" }] }]);
    });

    it("knows its request still", async () => {
      const { outcomes } = await run((ctx) => `${ctx.method} ${ctx.transport} ${ctx.client.era}`);
      const [, spoken = "handshake"] = /^(stateless)$/.exec(era) ?? [];
      expect(await Promise.all(outcomes)).toMatchObject([
        { content: [{ text: `tools/call test ${spoken}` }] },
      ]);
    });

    it("fails where a URL would have to be visited first: whoever called has its answer", async () => {
      const url = {
        mode: "url",
        message: "Log in",
        url: "https://example.com/",
        elicitationId: "e",
      } as const;
      const onError = (): void => undefined;
      const { outcomes } = await run(
        () => {
          throw new UrlElicitationRequiredError([url], "Log in first");
        },
        apart(),
        { onError },
      );
      const [outcome] = await Promise.allSettled(outcomes);
      if (era === "stateless") expect(outcome).toMatchObject({ value: { isError: true } });
      else expect(outcome).toMatchObject({ reason: { code: -32042 } });
    });
  },
);
