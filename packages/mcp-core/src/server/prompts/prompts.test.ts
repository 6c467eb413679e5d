import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BOTH_ERAS } from "../../../test/support/both-eras.js";
import { handshaken, openLink } from "../../../test/support/link.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import { HANDSHAKE_REVISIONS } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import { McpServer } from "../server.js";

const text = (words: string): object => ({ type: "text", text: words });
const says = (words: string): object => ({ role: "user", content: text(words) });

const input = z.object({
  code: z.string().meta({ title: "Code", description: "What to review" }),
  language: z.string().default("any").describe("Its language"),
  strict: z.enum(["yes", "no"]).optional(),
});

function reviewing(): McpServer {
  const server = new McpServer("s");
  const definition = { description: "Reviews code", input };
  server.prompt("review", definition, ({ code, language, strict }) =>
    [code, language, String(strict)].join(),
  );
  return server;
}

describe("registering a prompt", () => {
  const register = (...args: readonly unknown[]): unknown => {
    const server = new McpServer("s");
    return Reflect.apply(server.prompt, server, args);
  };

  it.each<[string, unknown[], RegExp]>([
    ["an empty name", ["", {}, () => "a"], /name is a string that is not empty/],
    ["a name that is no string", [5, {}, () => "a"], /name is a string/],
    ["no definition", ["a", () => "a"], /definition of prompt "a" must be an object.*a function/],
    ["no handler", ["a", {}], /handler of prompt "a" must be a function; it is missing/],
    [
      "a schema that is none",
      ["a", { input: {} }, () => "a"],
      /input schema of prompt "a" is no Standard Schema/,
    ],
    [
      "a schema under another name",
      ["a", { argsSchema: input }, () => "a"],
      /definition of prompt "a" has "argsSchema": the schema goes into "input"/,
    ],
    ["arguments that are no object", ["a", { input: z.string() }, () => "a"], /needs "type": "object"/],
    [
      "a completer of no argument",
      ["a", { input, complete: { x: [] } }, () => "a"],
      /"x", which is no argument/,
    ],
    [
      "completers that are no object",
      ["a", { complete: () => [] }, () => "a"],
      /complete of prompt "a" must be/,
    ],
  ])("refuses %s, and says what is expected", (_, args, message) => {
    expect(() => register(...args)).toThrow(TypeError);
    expect(() => register(...args)).toThrow(message);
  });

  it("refuses a name that is taken", () => {
    const server = reviewing();
    expect(() => server.prompt("review", {}, () => "x")).toThrow('There is a prompt "review" already');
  });
});

describe("the list of prompts", () => {
  it("has arguments as the schema describes them", async () => {
    const { stateless } = openLink(reviewing());
    expect((await stateless("prompts/list"))?.result).toMatchObject({
      prompts: [
        {
          name: "review",
          description: "Reviews code",
          arguments: [
            { name: "code", title: "Code", description: "What to review", required: true },
            { name: "language", description: "Its language", required: false },
            { name: "strict", required: false },
          ],
        },
      ],
      ttlMs: 60_000,
      cacheScope: "public",
    });
  });

  it("describes a prompt as the revision can", async () => {
    const server = new McpServer("s");
    const full = {
      title: "T",
      description: "D",
      icons: [{ src: "https://example.com/i.png" }],
      _meta: { "acme/x": 1 },
    };
    server.prompt("a", { ...full, input: z.object({ b: z.string().meta({ title: "B" }) }) }, () => "x");
    const described = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const { request } = await handshaken(server, revision);
        return (await request("prompts/list"))?.result?.["prompts"];
      }),
    );
    const oldest = { name: "a", description: "D", arguments: [{ name: "b", required: true }] };
    const titled = {
      ...oldest,
      title: "T",
      _meta: full._meta,
      arguments: [{ name: "b", title: "B", required: true }],
    };
    expect(described).toEqual([[oldest], [oldest], [titled], [{ ...titled, icons: full.icons }]]);
  });

  it("is given by pages", async () => {
    const server = new McpServer("s", { pageSize: 1 });
    for (const name of ["constructor", "__proto__"]) server.prompt(name, {}, () => name);
    const { stateless } = openLink(server);
    const first = (await stateless("prompts/list"))?.result;
    expect(first).toMatchObject({ prompts: [{ name: "constructor" }] });
    const second = (await stateless("prompts/list", { cursor: first?.["nextCursor"] ?? 0 }))?.result;
    expect(second?.["prompts"]).toEqual([{ name: "__proto__" }]);
    expect(second).not.toHaveProperty("nextCursor");
    expect((await stateless("prompts/list", { cursor: "x" }))?.error?.code).toBe(-32602);
  });

  it("follows the handle", async () => {
    const server = new McpServer("s");
    const { stateless } = openLink(server);
    const handle = server.prompt("a", {}, () => "x");
    const list = async (): Promise<unknown> => (await stateless("prompts/list"))?.result?.["prompts"];
    handle.update({ description: "new" });
    expect(await list()).toEqual([{ name: "a", description: "new" }]);
    handle.disable();
    expect(await list()).toEqual([]);
    handle.enable();
    handle.remove();
    expect(await list()).toEqual([]);
  });

  it("is offered only when there are prompts", async () => {
    const server = new McpServer("s", { logging: false });
    const { stateless } = openLink(server);
    for (const method of ["prompts/list", "prompts/get"])
      expect((await stateless(method))?.error?.code).toBe(-32601);
    const prompts = { listChanged: true };
    server.prompt("a", {}, () => "x").remove();
    expect((await stateless("server/discover"))?.result?.["capabilities"]).toEqual({ prompts });
    expect((await stateless("prompts/list"))?.result).toMatchObject({ prompts: [] });
  });
});

describe.each(BOTH_ERAS)("getting a prompt in the %s era", (_, speak) => {
  it("gives messages, with the arguments as the schema judged them", async () => {
    const ask = await speak(reviewing());
    const { result } = await ask("prompts/get", { name: "review", arguments: { code: "1" } });
    expect(result).toMatchObject({ description: "Reviews code", messages: [says("1,any,undefined")] });
  });

  it("takes no arguments where there is no schema", async () => {
    const server = new McpServer("s");
    server.prompt("a", {}, () => "x");
    const ask = await speak(server);
    for (const more of [{}, { arguments: {} }])
      expect((await ask("prompts/get", { name: "a", ...more })).result?.["messages"]).toEqual([says("x")]);
    expect((await ask("prompts/get", { name: "a", arguments: { b: "c" } })).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("no arguments are taken") as string,
    });
  });

  it.each<[string, JsonObject, string]>([
    ["an unknown name", { name: "x" }, "Unknown prompt: x"],
    ["the name of what every object has", { name: "constructor" }, "Unknown prompt: constructor"],
    ["a name that is no string", { name: 5 }, "params.name must be a string"],
    ["no name", {}, "params.name"],
    ["arguments that are no object", { name: "review", arguments: [] }, "params.arguments must be an object"],
    ["an argument that is no string", { name: "review", arguments: { code: 5 } }, "params.arguments.code"],
    ["a missing argument", { name: "review" }, 'Invalid arguments for prompt "review": missing code'],
    ["an argument that does not fit", { name: "review", arguments: { code: "", strict: "?" } }, "strict: "],
  ])("refuses %s", async (_name, params, message) => {
    const ask = await speak(reviewing());
    expect((await ask("prompts/get", params)).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(message) as string,
    });
  });

  it("waits for a schema that takes its time", async () => {
    const slow = z.object({ a: z.string().refine((value) => Promise.resolve(value === "x"), "not x") });
    const server = new McpServer("s");
    server.prompt("a", { input: slow }, ({ a }) => Promise.resolve(a));
    const ask = await speak(server);
    expect((await ask("prompts/get", { name: "a", arguments: { a: "x" } })).result?.["messages"]).toEqual([
      says("x"),
    ]);
    expect((await ask("prompts/get", { name: "a", arguments: { a: "y" } })).error?.message).toContain(
      "not x",
    );
  });

  it("passes on what the handler threw", async () => {
    const server = new McpServer("s", { onError: () => undefined });
    server.prompt("own", {}, () => {
      throw new ProtocolError(-31234, "closed");
    });
    server.prompt("other", {}, () => Promise.reject(new Error("broken")));
    const ask = await speak(server);
    expect((await ask("prompts/get", { name: "own" })).error).toEqual({ code: -31234, message: "closed" });
    expect((await ask("prompts/get", { name: "other" })).error).toEqual({
      code: -32603,
      message: "Internal error: broken",
    });
  });
});

describe("the arguments of a prompt", () => {
  it("are refused by the protocol in every revision when they do not fit", async () => {
    for (const revision of HANDSHAKE_REVISIONS) {
      const { request } = await handshaken(reviewing(), revision);
      expect((await request("prompts/get", { name: "review" }))?.error?.code).toBe(-32602);
    }
  });

  it("are whatever a schema of another library says", async () => {
    const schema: StandardSchema<{ a: string }> = {
      "~standard": {
        version: 1,
        vendor: "acme",
        validate: (value) => ({ value: value as { a: string } }),
        jsonSchema: {
          input: () => ({ type: "object", properties: { a: true }, required: "all" }),
          output: () => ({}),
        },
      },
    };
    const server = new McpServer("s");
    server.prompt("p", { input: schema }, ({ a }) => a);
    const { stateless } = openLink(server);
    expect((await stateless("prompts/list"))?.result?.["prompts"]).toEqual([
      { name: "p", arguments: [{ name: "a", required: false }] },
    ]);
  });
});

describe("an argument of a prompt that is no text", () => {
  it("is made of the text that clients send", async () => {
    const server = new McpServer("s");
    const input = z.object({ lines: z.coerce.number(), strict: z.stringbool() });
    server.prompt("a", { input }, ({ lines, strict }) => JSON.stringify([lines, strict]));
    const { stateless } = openLink(server);
    const ask = (lines: string) =>
      stateless("prompts/get", { name: "a", arguments: { lines, strict: "yes" } });
    expect((await ask("5"))?.result?.["messages"]).toEqual([says("[5,true]")]);
    expect((await ask("five"))?.error?.code).toBe(-32602);
  });
});

describe("what the handler of a prompt may return", () => {
  const image = { type: "image", data: "AA==", mimeType: "image/png" } as const;
  const audio = { type: "audio", data: "AA==", mimeType: "audio/wav" } as const;
  const link = { type: "resource_link", uri: "a:b", name: "B" } as const;
  const embedded = { type: "resource", resource: { uri: "a:b", text: "x" } } as const;
  const reply = { role: "assistant", content: { type: "text", text: "Sure" } } as const;

  it.each<[string, unknown, object]>([
    ["text", "x", { messages: [says("x")] }],
    ["a content block", image, { messages: [{ role: "user", content: image }] }],
    ["an embedded resource", embedded, { messages: [{ role: "user", content: embedded }] }],
    ["a message", reply, { messages: [reply] }],
    [
      "several of these",
      ["x", image, reply],
      { messages: [says("x"), { role: "user", content: image }, reply] },
    ],
    ["no messages", [], { messages: [] }],
    [
      "a whole result",
      { description: "own", messages: [reply], _meta: { "acme/x": 1 } },
      { description: "own", messages: [reply], _meta: { "acme/x": 1 } },
    ],
  ])("%s", async (_, returned, expected) => {
    const server = new McpServer("s");
    server.prompt("a", { description: "D" }, () => returned as string);
    const { request } = await handshaken(server);
    expect((await request("prompts/get", { name: "a" }))?.result).toEqual({ description: "D", ...expected });
  });

  it.each<[unknown, string]>([
    [undefined, "it returned nothing"],
    [null, "it returned null"],
    [5, "it returned 5"],
    [{}, "it returned an object whose role is missing"],
    [{ role: "system", content: text("x") }, 'it returned an object whose role is "system"'],
    [{ role: "user", content: "x" }, 'it returned a message whose content is "x"'],
    [{ type: "txt" }, 'it returned malformed content: there is no type "txt", only'],
    [
      { messages: [{ role: "user", content: { type: "text" } }] },
      'messages[0] is a message with malformed content: type "text" needs a string as "text"',
    ],
    [["x", 5], "[1] is 5"],
  ])("not %j, and it is said what is wrong", async (returned, problem) => {
    const server = new McpServer("s", { onError: () => undefined });
    server.prompt("a", {}, (() => returned) as () => string);
    const { stateless } = openLink(server);
    expect((await stateless("prompts/get", { name: "a" }))?.error).toMatchObject({
      code: -32603,
      message: expect.stringContaining(
        `The handler of prompt "a" must return text, content, or messages with "role" and "content"; ${problem}`,
      ) as string,
    });
  });

  it("is said as text where the revision knows no such content", async () => {
    const server = new McpServer("s");
    server.prompt("a", {}, () => [audio, link, image]);
    const types = await Promise.all(
      HANDSHAKE_REVISIONS.map(async (revision) => {
        const { request } = await handshaken(server, revision);
        const messages = (await request("prompts/get", { name: "a" }))?.result?.["messages"];
        return (messages as { content: { type: string } }[]).map(({ content }) => content.type).join();
      }),
    );
    const newer = "audio,resource_link,image";
    expect(types).toEqual(["text,text,image", "audio,text,image", newer, newer]);
  });
});
