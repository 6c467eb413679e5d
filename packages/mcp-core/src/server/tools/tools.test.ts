import { describe, expect, it } from "vitest";
import { z } from "zod";
import { handshaken, openLink, type Wire } from "../../../test/support/link.js";
import { gate } from "../../../test/support/gate.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { jsonSchema } from "../../json-schema/index.js";
import { AskRefusedError, AskTimeoutError, InvalidAnswerError } from "../../protocol/errors.js";
import { HANDSHAKE_REVISIONS, type Revision } from "../../protocol/revisions.js";
import type { StandardSchema } from "../../protocol/standard-schema.js";
import type { ContentBlock } from "../../protocol/types.js";
import type { McpServerOptions } from "../options.js";
import { McpServer } from "../server.js";
import { ToolError, type ToolDefinition } from "./definition.js";

const STATELESS = "2026-07-28";
const EVERY: readonly Revision[] = [...HANDSHAKE_REVISIONS, STATELESS];

/** Asks as a client of one revision does. */
async function asking(
  server: McpServer,
  revision: Revision,
): Promise<(method: string, params?: JsonObject) => Promise<Wire | undefined>> {
  if (revision === STATELESS) return openLink(server).stateless;
  return (await handshaken(server, revision)).request;
}

/** The result of calling the one tool of a server, without what every result of the stateless era has. */
async function callOn(
  server: McpServer,
  revision: Revision,
  args?: JsonObject,
  name = "tool",
): Promise<JsonObject> {
  const ask = await asking(server, revision);
  const reply = await ask("tools/call", { name, ...(args !== undefined && { arguments: args }) });
  if (reply?.error !== undefined)
    throw new ProtocolError(reply.error.code, reply.error.message, reply.error.data);
  const { resultType: _type, _meta, ...result } = reply?.result ?? {};
  return result;
}

const returning = (
  returned: unknown,
  definition: ToolDefinition = {},
  options: McpServerOptions = {},
): McpServer => {
  const server = new McpServer("s", { onError: () => undefined, ...options });
  // What untyped handlers return is anything.
  server.tool("tool", definition as ToolDefinition<undefined, undefined>, () => returned as object);
  return server;
};

const call = (
  returned: unknown,
  revision: Revision = STATELESS,
  definition: ToolDefinition = {},
): Promise<JsonObject> => callOn(returning(returned, definition), revision);

const text = (said: string): ContentBlock => ({ type: "text", text: said });
const image: ContentBlock = { type: "image", data: "aGk=", mimeType: "image/png" };
const audio: ContentBlock = { type: "audio", data: "aGk=", mimeType: "audio/wav" };
const link: ContentBlock = { type: "resource_link", uri: "file:///a.txt", name: "a.txt", title: "A" };
const embedded: ContentBlock = { type: "resource", resource: { uri: "file:///a.txt", text: "hi" } };
const blob: ContentBlock = { type: "resource", resource: { uri: "file:///a.bin", blob: "aGk=" } };

describe("what a handler returns", () => {
  class Point {
    readonly #secret = "hidden";
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}
    get length(): number {
      return this.#secret.length + Math.hypot(this.x, this.y);
    }
  }

  it.each([
    ["text", "hello", { content: [text("hello")] }],
    ["empty text", "", { content: [text("")] }],
    ["a number", 42, { content: [text("42")] }],
    ["a boolean", false, { content: [text("false")] }],
    ["null", null, { content: [text("null")] }],
    ["nothing", undefined, { content: [] }],
    ["a plain object", { a: 1 }, { content: [text('{"a":1}')], structuredContent: { a: 1 } }],
    [
      "an object with keys of its own kind",
      JSON.parse('{"__proto__":1}'),
      { content: [text('{"__proto__":1}')], structuredContent: JSON.parse('{"__proto__":1}') as unknown },
    ],
    [
      "an instance of a class",
      new Point(3, 4),
      { content: [text('{"x":3,"y":4}')], structuredContent: { x: 3, y: 4 } },
    ],
    ["an array", [1, "two", { three: 3 }], { content: [text('[1,"two",{"three":3}]')] }],
    ["an empty array", [], { content: [text("[]")] }],
    ["a content block", image, { content: [image] }],
    [
      "a list of content blocks",
      [text("a"), image, audio, link, embedded, blob],
      { content: [text("a"), image, audio, link, embedded, blob] },
    ],
    ["a whole result", { content: [text("a")], isError: true }, { content: [text("a")], isError: true }],
    [
      "a whole result with structured content",
      { content: [text("a")], structuredContent: { a: 1 } },
      { content: [text("a")], structuredContent: { a: 1 } },
    ],
    ["a whole result without content", { content: [], isError: false }, { content: [], isError: false }],
    [
      "data that looks a little like a result",
      { content: "a", isError: true },
      {
        content: [text('{"content":"a","isError":true}')],
        structuredContent: { content: "a", isError: true },
      },
    ],
    [
      "data that looks a little like a block",
      { type: "text", text: 5, lines: 1 },
      {
        content: [text('{"type":"text","text":5,"lines":1}')],
        structuredContent: { type: "text", text: 5, lines: 1 },
      },
    ],
    [
      "data that has a type of its own",
      { type: "circle", radius: 1 },
      { content: [text('{"type":"circle","radius":1}')], structuredContent: { type: "circle", radius: 1 } },
    ],
    [
      "a document that has typed content of its own",
      { type: "doc", content: [{ type: "paragraph" }] },
      {
        content: [text('{"type":"doc","content":[{"type":"paragraph"}]}')],
        structuredContent: { type: "doc", content: [{ type: "paragraph" }] },
      },
    ],
    [
      "a list of things with types of their own",
      [{ type: "circle" }, { type: "text" }],
      { content: [text('[{"type":"circle"},{"type":"text"}]')] },
    ],
    ["a promise", Promise.resolve("later"), { content: [text("later")] }],
    [
      "a thenable of another kind",
      {
        then: (resolve: (value: string) => void) => {
          resolve("thenable");
        },
      },
      { content: [text("thenable")] },
    ],
  ])("may be %s", async (_, returned, result) => {
    expect(await call(returned)).toEqual(result);
  });

  it.each([
    ["a BigInt", 5n],
    ["a function", () => 5],
    ["a symbol", Symbol("s")],
    ["an object with a BigInt", { n: 5n }],
  ])("may not be %s; the model is told, and the server goes on", async (_, returned) => {
    const server = returning(returned);
    server.tool("other", {}, () => "fine");
    for (const revision of EVERY) {
      expect(await callOn(server, revision)).toMatchObject({ isError: true, content: [{ type: "text" }] });
      expect(await callOn(server, revision, {}, "other")).toEqual({ content: [text("fine")] });
    }
  });

  it.each<[string, unknown, string]>([
    [
      "a block that lacks a field",
      { type: "image", data: "aGk=" },
      ': type "image" needs a string as "mimeType", which is missing',
    ],
    [
      "a block with a field that is no string",
      { type: "text", text: 5 },
      ': type "text" needs a string as "text", which is 5',
    ],
    [
      "a link without a name",
      { type: "resource_link", uri: "a:b", title: "B" },
      ': type "resource_link" needs a string as "name", which is missing',
    ],
    [
      "a resource without its contents",
      { type: "resource", resource: { uri: "a:b" } },
      ': type "resource" needs an object as "resource", with strings as "uri" and as "text" or "blob"',
    ],
    [
      "a whole result with a block of no known type",
      { content: [text("a"), { type: "txt", text: "b" }] },
      ' at content[1]: there is no type "txt", only text, image, audio, resource_link, resource',
    ],
    [
      "a whole result with a block that lacks a field",
      { content: [{ type: "image", data: "aGk=", width: 5 }], isError: true },
      ' at content[0]: type "image" needs a string as "mimeType", which is missing',
    ],
    [
      "a list with a block that lacks a field",
      [text("a"), { type: "audio", mimeType: "audio/wav" }],
      ' at [1]: type "audio" needs a string as "data", which is missing',
    ],
  ])("may not be %s; the author and the model are told", async (_, returned, problem) => {
    const told: unknown[] = [];
    const server = returning(returned, {}, { onError: (error) => void told.push(error) });
    const message = `The handler of tool "tool" returned malformed content${problem}`;
    expect(await callOn(server, STATELESS)).toEqual({ isError: true, content: [text(message)] });
    expect(told.map(String)).toEqual([`TypeError: ${message}`]);
  });

  it("is structured content only where the revision has it, and as text everywhere", async () => {
    for (const revision of EVERY) {
      const { content, structuredContent } = await call({ a: 1 }, revision);
      expect(content).toEqual([text('{"a":1}')]);
      expect(structuredContent).toEqual(revision >= "2025-06-18" ? { a: 1 } : undefined);
    }
  });

  it("is no structured content of the handshake era when it is an object here and none on the wire", async () => {
    const date = new Date(0);
    expect(await call(date, "2025-11-25")).toEqual({ content: [text('"1970-01-01T00:00:00.000Z"')] });
    expect(await call(date)).toMatchObject({ structuredContent: "1970-01-01T00:00:00.000Z" });
  });

  it.each([
    ["a Map", new Map([["a", 1]]), "type Map, of which"],
    ["a Set within", { found: [new Set([1])] }, 'type Set as "0"'],
    ["an Error", new Error("lost"), "type Error"],
    ["a BigInt", 5n, 'tool "tool" returned a BigInt, which JSON cannot carry: return a number or a string'],
    ["a BigInt within", { n: 5n }, 'returned a BigInt as "n"'],
    ["a Uint8Array", new Uint8Array(2), "bytes (Uint8Array), of which JSON makes a list of numbers: return"],
    ["an ArrayBuffer within", { file: new ArrayBuffer(2) }, 'bytes (ArrayBuffer) as "file"'],
    ["a Buffer", Buffer.from("hi"), "bytes (Buffer), of which"],
    ["a Buffer among others", [Buffer.from("hi")], 'bytes (Buffer) as "0"'],
  ])("fails where it is %s, of which JSON would not keep what it is", async (_, returned, message) => {
    const result = await call(returned);
    expect(result).toEqual({ content: [text(expect.stringContaining(message) as string)], isError: true });
  });

  it("is said in words where the revision has no such content", async () => {
    const seen = await Promise.all(
      EVERY.map(async (revision) => (await call([audio, link, image], revision))["content"]),
    );
    const audioInWords = text("(audio content, which this protocol revision cannot carry)");
    const linkInWords = text("A: file:///a.txt");
    expect(seen).toEqual([
      [audioInWords, linkInWords, image],
      [audio, linkInWords, image],
      [audio, link, image],
      [audio, link, image],
      [audio, link, image],
    ]);
  });

  it("keeps a whole result's structured content from revisions that cannot carry it", async () => {
    const returned = { content: [text("a")], structuredContent: [1, 2] };
    const seen = await Promise.all(
      EVERY.map(async (revision) => (await call(returned, revision))["structuredContent"]),
    );
    expect(seen).toEqual([undefined, undefined, undefined, undefined, [1, 2]]);
  });

  it("keeps a whole result's _meta", async () => {
    const server = returning({ content: [text("a")], _meta: { "acme/cost": 5 } });
    const reply = await openLink(server).stateless("tools/call", { name: "tool" });
    expect(reply?.result?.["_meta"]).toMatchObject({ "acme/cost": 5 });
  });
});

describe("an output schema", () => {
  const point = z.object({ x: z.number(), y: z.number().default(0) });

  it("makes structured content of what fits, with defaults applied", async () => {
    expect(await call({ x: 1 }, STATELESS, { output: point })).toEqual({
      content: [text('{"x":1,"y":0}')],
      structuredContent: { x: 1, y: 0 },
    });
  });

  it("is only text before there was structured content", async () => {
    expect(await call({ x: 1 }, "2025-03-26", { output: point })).toEqual({
      content: [text('{"x":1,"y":0}')],
    });
  });

  it.each([{ x: "one" }, undefined, null, "text", [], text("a")])(
    "that %j does not fit is the tool's failure",
    async (returned) => {
      for (const revision of EVERY) {
        const result = await call(returned, revision, { output: point });
        expect(result).toEqual({
          isError: true,
          content: [
            text(
              expect.stringContaining('The result of tool "tool" does not fit its output schema') as string,
            ),
          ],
        });
      }
    },
  );

  it("validates the structured content of a whole result, and keeps its content", async () => {
    const fits = { content: [text("at 1")], structuredContent: { x: 1 }, _meta: { a: 1 } };
    expect(await call(fits, STATELESS, { output: point })).toEqual({
      content: [text("at 1")],
      structuredContent: { x: 1, y: 0 },
    });
    expect(await call(fits, "2025-03-26", { output: point })).toEqual({
      content: [text("at 1")],
      _meta: undefined,
    });
    const misfit = { content: [text("at 1")], structuredContent: { x: "one" } };
    expect(await call(misfit, STATELESS, { output: point })).toMatchObject({ isError: true });
  });

  it("asks a whole result for structured content, unless it is an error", async () => {
    expect(await call({ content: [text("a")] }, STATELESS, { output: point })).toEqual({
      isError: true,
      content: [text('Tool "tool" has an output schema, but returned no structuredContent')],
    });
    const failed = { content: [text("a")], isError: true };
    expect(await call(failed, STATELESS, { output: point })).toEqual(failed);
  });

  it("may describe data with a list called content", async () => {
    const page = z.object({ content: z.array(z.string()) });
    for (const content of [["a"], []]) {
      expect(await call({ content }, STATELESS, { output: page })).toMatchObject({
        structuredContent: { content },
      });
    }
  });

  it("may describe data that looks like malformed content", async () => {
    const output = z.object({ content: z.array(z.object({ type: z.string() })) });
    const returned = { content: [{ type: "txt" }] };
    expect(await call(returned, STATELESS, { output })).toMatchObject({ structuredContent: returned });
  });

  it("may describe any JSON in the stateless era, where older revisions get text", async () => {
    const list = returning([1, 2], { output: z.array(z.number()) });
    expect(await callOn(list, STATELESS)).toEqual({ content: [text("[1,2]")], structuredContent: [1, 2] });
    expect(await callOn(list, "2025-11-25")).toEqual({ content: [text("[1,2]")] });
    for (const revision of EVERY) {
      const reply = await (await asking(list, revision))("tools/list");
      const [tool] = reply?.result?.["tools"] as [JsonObject];
      expect(tool["outputSchema"] !== undefined).toBe(revision === STATELESS);
    }
  });

  describe("is held against what is sent", () => {
    const plainSum = jsonSchema({
      type: "object",
      properties: { sum: { type: "integer" }, at: { type: "string" } },
      required: ["sum"],
      additionalProperties: false,
    });
    class Computed {
      readonly #parts = [1, 2];
      get sum(): number {
        return this.#parts.length + 1;
      }
    }
    class Saying {
      readonly cents = 300;
      toJSON(): unknown {
        return { sum: this.cents / 100 };
      }
    }
    const day = new Date("2026-07-28T00:00:00.000Z");

    it.each([
      ["a date", { sum: 3, at: day }, { sum: 3, at: day.toISOString() }],
      ["an object that says what it is in JSON", new Saying(), { sum: 3 }],
      ["a member that is undefined", { sum: 3, at: undefined }, { sum: 3 }],
    ])("where it is %s", async (_, returned, structuredContent) => {
      expect(await call(returned, STATELESS, { output: plainSum })).toEqual({
        content: [text(JSON.stringify(structuredContent))],
        structuredContent,
      });
    });

    it.each<[string, unknown, RegExp]>([
      ["getters of a class, which JSON leaves out", new Computed(), /does not fit.*sum/],
      ["a number that is none in JSON", { sum: NaN }, /does not fit.*sum/],
      ["a Map", new Map([["sum", 3]]), /type Map, of which/],
      ["a Set within", { sum: new Set([3]) }, /type Set as "sum"/],
      ["a promise within", { sum: Promise.resolve(3) }, /type Promise as "sum"/],
      ["an Error", new Error("lost"), /type Error/],
      ["bytes within", { sum: 3, at: new Uint8Array(1) }, /tool "tool" returned bytes .*as "at"/],
    ])("and fails where it is %s", async (_, returned, message) => {
      const result = await call(returned, STATELESS, { output: plainSum });
      expect(result).toEqual({ content: [text(expect.stringMatching(message) as string)], isError: true });
    });

    it("also when the schema makes plain what the handler returned", async () => {
      const output = z.object({
        at: z
          .date()
          .transform((date) => date.toISOString())
          .pipe(z.string()),
      });
      expect((await call({ at: day }, STATELESS, { output }))["structuredContent"]).toEqual({
        at: day.toISOString(),
      });
    });
  });

  it("may be asynchronous", async () => {
    const even = z.number().refine(async (value) => Promise.resolve(value % 2 === 0), "must be even");
    expect(await call(2, STATELESS, { output: even })).toMatchObject({ structuredContent: 2 });
    expect(await call(3, STATELESS, { output: even })).toMatchObject({ isError: true });
  });

  it("that fails is a failure of the tool, however it fails", async () => {
    const failing = (validate: StandardSchema["~standard"]["validate"]): StandardSchema => ({
      "~standard": {
        version: 1,
        vendor: "test",
        validate,
        jsonSchema: { input: () => ({}), output: () => ({}) },
      },
    });
    const broken = [
      failing(() => {
        throw new Error("cannot judge");
      }),
      failing(() => Promise.reject(new Error("cannot judge"))),
    ];
    for (const output of broken) {
      for (const returned of ["now", Promise.resolve("later")]) {
        expect(await call(returned, STATELESS, { output })).toEqual({
          isError: true,
          content: [text("cannot judge")],
        });
      }
    }
  });
});

describe("arguments", () => {
  const schemas = {
    zod: z.object({ count: z.number().int(), unit: z.string().default("kg") }),
    "an asynchronous zod schema": z
      .object({ count: z.number(), unit: z.string().default("kg") })
      .refine(async ({ count }) => Promise.resolve(Number.isInteger(count)), {
        path: ["count"],
        message: "whole ones only",
      }),
    "plain JSON Schema": jsonSchema({
      type: "object",
      properties: { count: { type: "integer" }, unit: { type: "string" } },
      required: ["count"],
    } as const),
  };

  const taking = (input: StandardSchema): McpServer => {
    const server = new McpServer("s");
    server.tool("tool", { input }, (args) => ({ got: args }));
    return server;
  };

  it.each(Object.entries(schemas))("reach the handler as %s has judged them", async (name, input) => {
    for (const revision of ["2025-06-18", STATELESS] as const) {
      const { structuredContent } = await callOn(taking(input), revision, { count: 2 });
      const unit = name === "plain JSON Schema" ? {} : { unit: "kg" }; // JSON Schema judges, and changes nothing
      expect(structuredContent).toEqual({ got: { count: 2, ...unit } });
    }
  });

  it.each(Object.entries(schemas))(
    "that do not fit %s are for the model to mend from 2025-11-25 on",
    async (_, input) => {
      for (const revision of ["2025-11-25", STATELESS] as const) {
        const result = await callOn(taking(input), revision, { count: 1.5 });
        expect(result).toEqual({
          isError: true,
          content: [text(expect.stringMatching(/^Invalid arguments for tool "tool": .*count/) as string)],
        });
      }
    },
  );

  it.each(Object.entries(schemas))("that do not fit %s are -32602 before", async (_, input) => {
    for (const revision of ["2024-11-05", "2025-03-26", "2025-06-18"] as const) {
      const error = expect.objectContaining({
        code: -32602,
        message: expect.stringContaining("count") as string,
      }) as Error;
      await expect(callOn(taking(input), revision, { count: 1.5 })).rejects.toThrow(error);
    }
  });

  it.each([[[]], ["text"], [null], [5]])("that are %j are malformed in every revision", async (args) => {
    for (const revision of EVERY) {
      const ask = await asking(taking(schemas.zod), revision);
      const reply = await ask("tools/call", { name: "tool", arguments: args });
      expect(reply?.error).toMatchObject({
        code: -32602,
        message: expect.stringContaining("params.arguments must be an object") as string,
      });
    }
  });

  it("that are left out are none", async () => {
    expect(await callOn(taking(z.object({ a: z.string().optional() })), STATELESS)).toMatchObject({
      structuredContent: { got: {} },
    });
  });

  it("are none for a tool without an input schema, and its list says so", async () => {
    const server = returning("done");
    expect(await callOn(server, STATELESS)).toEqual({ content: [text("done")] });
    expect(await callOn(server, STATELESS, {})).toEqual({ content: [text("done")] });
    expect(await callOn(server, STATELESS, { extra: 1 })).toEqual({
      isError: true,
      content: [text('Invalid arguments for tool "tool": no arguments are taken')],
    });
    const proto = JSON.parse('{"__proto__":{"admin":true}}') as JsonObject;
    expect(await callOn(server, STATELESS, proto)).toMatchObject({ isError: true });
    const reply = await openLink(server).stateless("tools/list");
    expect(reply?.result?.["tools"]).toEqual([
      { name: "tool", inputSchema: { type: "object", additionalProperties: false } },
    ]);
  });

  it("that are wrong in very many ways are described in few words", async () => {
    const list = z.object({ numbers: z.array(z.number()) });
    const result = await callOn(taking(list), STATELESS, {
      numbers: Array.from({ length: 1000 }, () => "no"),
    });
    expect(JSON.stringify(result).length).toBeLessThan(2000);
  });
});

describe("a call", () => {
  it.each([{}, { name: 5 }, { name: null }, { arguments: {} }])(
    "with params %j says which field is wrong",
    async (params) => {
      const { stateless } = openLink(returning("x"));
      expect((await stateless("tools/call", params as JsonObject))?.error).toMatchObject({
        code: -32602,
        message: expect.stringContaining("params.name must be a string") as string,
      });
    },
  );

  it.each(["unknown", "", "constructor", "__proto__", "toString", "hasOwnProperty"])(
    "of %j, which is not there, is -32602",
    async (name) => {
      for (const revision of EVERY) {
        await expect(callOn(returning("x"), revision, {}, name)).rejects.toThrow(
          expect.objectContaining({ code: -32602, message: `Unknown tool: ${name}` }) as Error,
        );
      }
    },
  );

  it("of a name without end gets an answer with an end", async () => {
    await expect(callOn(returning("x"), STATELESS, {}, "x".repeat(100_000))).rejects.toThrow(
      /^Unknown tool: x{128}…$/,
    );
  });

  it.each(["constructor", "__proto__", "toString", "a.b-c_D9", "x".repeat(128)])(
    "of a tool called %s works",
    async (name) => {
      const server = new McpServer("s");
      server.tool(name, {}, () => `I am ${name}`);
      for (const revision of EVERY) {
        expect(await callOn(server, revision, {}, name)).toEqual({ content: [text(`I am ${name}`)] });
      }
      const reply = await openLink(server).stateless("tools/list");
      expect(reply?.result?.["tools"]).toMatchObject([{ name }]);
    },
  );
});

describe("a handler that throws", () => {
  const throwing = (thrown: unknown, options: McpServerOptions = {}): McpServer[] => {
    const quiet = { onError: () => undefined, ...options };
    const [now, later] = [new McpServer("s", quiet), new McpServer("s", quiet)];
    now.tool("tool", {}, () => {
      throw thrown;
    });
    later.tool("tool", {}, () => Promise.reject(thrown as Error));
    return [now, later];
  };

  it("tells the model its message, in every revision", async () => {
    for (const server of throwing(new Error("out of paper"))) {
      for (const revision of EVERY) {
        expect(await callOn(server, revision)).toEqual({ isError: true, content: [text("out of paper")] });
      }
    }
    for (const server of throwing("just text")) {
      expect(await callOn(server, STATELESS)).toEqual({ isError: true, content: [text("just text")] });
    }
  });

  it("tells the author, masked or not", async () => {
    for (const maskErrors of [true, false]) {
      const told: unknown[] = [];
      const failure = new Error("out of paper");
      for (const server of throwing(failure, { maskErrors, onError: (error) => void told.push(error) }))
        for (const revision of EVERY) await callOn(server, revision);
      expect(told).toEqual(EVERY.flatMap(() => [failure, failure]));
    }
  });

  class NoSuchNote extends ToolError {
    override readonly name = "NoSuchNote";
  }

  it.each<[string, Error]>([
    ["a ToolError", new ToolError("no such note")],
    ["a ToolError of the author's own kind", new NoSuchNote("5")],
    ["an error of the protocol", new ProtocolError(-31999, "closed")],
    ["a refusal of the client's", new AskRefusedError("roots/list", { code: 1, message: "no" })],
    ["a client that takes too long", new AskTimeoutError("roots/list", 5)],
    ["an answer that is none", new InvalidAnswerError("roots must be a list")],
  ])("does not tell the author of %s", async (_, thrown) => {
    const told: unknown[] = [];
    for (const maskErrors of [true, false])
      for (const server of throwing(thrown, { maskErrors, onError: (error) => void told.push(error) }))
        expect((await (await asking(server, STATELESS))("tools/call", { name: "tool" }))?.id).toBeDefined();
    expect(told).toEqual([]);
  });

  it("does not tell the author of how a cancelled call ends", async () => {
    const told: unknown[] = [];
    const server = new McpServer("s", { onError: (error) => void told.push(error) });
    const begun = gate();
    server.tool("tool", {}, async (_args, { signal }) => {
      begun.open();
      await new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reject(new Error("the query was given up"));
        });
      });
    });
    const opened = openLink(server);
    const reply = opened.stateless("tools/call", { name: "tool" }, { id: "x" });
    await begun.promise;
    opened.notify("notifications/cancelled", { requestId: "x" });
    expect(await reply).toBeUndefined();
    await opened.link.close({ kind: "closed" });
    expect(told).toEqual([]);
  });

  it("tells the author alone when errors are masked", async () => {
    const told: unknown[] = [];
    const failure = new Error("password is hunter2");
    for (const server of throwing(failure, { maskErrors: true, onError: (error) => void told.push(error) })) {
      expect(await callOn(server, STATELESS)).toEqual({
        isError: true,
        content: [text('Tool "tool" failed')],
      });
    }
    expect(told).toEqual([failure, failure]);
  });

  it("tells the model a ToolError, masked or not", async () => {
    for (const maskErrors of [true, false]) {
      for (const server of throwing(new ToolError("no such note"), { maskErrors })) {
        expect(await callOn(server, STATELESS)).toEqual({ isError: true, content: [text("no such note")] });
      }
    }
  });

  it("passes a protocol error on as itself, masked or not", async () => {
    for (const maskErrors of [true, false]) {
      for (const server of throwing(new ProtocolError(-31999, "closed", { until: 5 }), { maskErrors })) {
        await expect(callOn(server, STATELESS)).rejects.toThrow(
          expect.objectContaining({ code: -31999, message: "closed", data: { until: 5 } }) as Error,
        );
      }
    }
  });
});
