import { describe, expect, it } from "vitest";
import { z } from "zod";
import { handshaken, mirrorOf, openLink, type Wire } from "../../../test/support/link.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { jsonSchema } from "../../json-schema/index.js";
import { McpServer } from "../server.js";

const input = z.object({
  region: z.string().meta({ "x-mcp-header": "Region" }).optional(),
  count: z.int().meta({ "x-mcp-header": "Count" }).optional(),
  dry: z.boolean().meta({ "x-mcp-header": "Dry" }).optional(),
  page: z.object({ size: z.int().meta({ "x-mcp-header": "Page-Size" }) }).optional(),
});
/** Takes whatever is in it, so that nothing but the headers is judged. */
const lax = jsonSchema({
  type: "object",
  properties: { value: { type: "string", "x-mcp-header": "Value" } },
});

function server(): McpServer {
  const mcp = new McpServer("s");
  mcp.tool("query", { input }, () => "done");
  mcp.tool("lax", { input: lax }, () => "done");
  mcp.tool("hidden", { input: lax, visibleTo: () => false }, () => "done");
  mcp.tool("plain", {}, () => "done");
  return mcp;
}

function call(
  args: JsonObject | undefined,
  said: Readonly<Record<string, string>>,
  name = "query",
): Promise<Wire | undefined> {
  const { stateless } = openLink(server(), { mirrored: mirrorOf("tools/call", name, said) });
  return stateless("tools/call", { name, ...(args !== undefined && { arguments: args }) });
}
const done: unknown = expect.objectContaining({
  result: expect.objectContaining({ content: [{ type: "text", text: "done" }] }) as unknown,
});
const mismatch = (...words: string[]): unknown =>
  expect.objectContaining({
    error: { code: -32020, message: expect.stringMatching(new RegExp(words.join(".*"))) as string },
  });

describe("the Mcp-Param headers of a tool", () => {
  it.each<[JsonObject | undefined, Readonly<Record<string, string>>]>([
    [undefined, {}],
    [{}, {}],
    [{ region: "us-west1" }, { "Mcp-Param-Region": "us-west1" }],
    [{ region: "us-west1" }, { "MCP-PARAM-REGION": "us-west1 " }],
    [{ region: "Hello" }, { "Mcp-Param-Region": "=?base64?SGVsbG8=?=" }],
    [{ region: "SGVsbG8=" }, { "Mcp-Param-Region": "SGVsbG8=" }],
    [{ region: "=?base64?SGVsbG8=" }, { "Mcp-Param-Region": "=?base64?SGVsbG8=" }],
    [{ region: "=?BASE64?SGVsbG8=?=" }, { "Mcp-Param-Region": "=?BASE64?SGVsbG8=?=" }],
    [{ region: "" }, { "Mcp-Param-Region": "" }],
    [{ count: 42 }, { "Mcp-Param-Count": "42" }],
    [{ count: 42 }, { "Mcp-Param-Count": "42.0" }],
    [{ count: 42 }, { "Mcp-Param-Count": "=?base64?NDI=?=" }],
    [
      { count: -7, dry: false },
      { "Mcp-Param-Count": "-7", "Mcp-Param-Dry": "false" },
    ],
    [{ page: { size: 5 } }, { "Mcp-Param-Page-Size": "5" }],
    [{ region: "a" }, { "Mcp-Param-Region": "a", "Mcp-Param-Unknown": "é" }],
  ])("agree: %j with %j", async (args, said) => {
    expect(await call(args, said)).toEqual(done);
  });

  it.each<[JsonObject | undefined, Readonly<Record<string, string>>, string]>([
    [{ region: "us-west1" }, {}, "Mcp-Param-Region header is missing"],
    [{ region: "" }, {}, "Mcp-Param-Region header is missing"],
    [{ dry: false }, {}, "Mcp-Param-Dry header is missing"],
    [{ page: { size: 5 } }, {}, "Mcp-Param-Page-Size header is missing.*params.arguments.page.size"],
    [{ region: "us-west1" }, { "Mcp-Param-Region": "US-WEST1" }, "US-WEST1.*params.arguments.region"],
    [{ region: "us-west1" }, { "Mcp-Param-Region": "us-west1, us-west1" }, "says"],
    [{ region: "Hello" }, { "Mcp-Param-Region": "=?BASE64?SGVsbG8=?=" }, "says"],
    [{ region: "Hello" }, { "Mcp-Param-Region": "=?base64?SGVsbG8?=" }, "malformed"],
    [{ region: "Hello" }, { "Mcp-Param-Region": "=?base64?SGVs!!!bG8=?=" }, "malformed"],
    [{ region: "é" }, { "Mcp-Param-Region": "é" }, "malformed"],
    [{ region: "=?base64?SGVsbG8=?=" }, { "Mcp-Param-Region": "=?base64?SGVsbG8=?=" }, 'says "Hello"'],
    [{ count: 42 }, { "Mcp-Param-Count": "43" }, "43"],
    [{ dry: true }, { "Mcp-Param-Dry": "True" }, "True"],
    [{ count: 2 ** 53 }, { "Mcp-Param-Count": "9007199254740992" }, "which no Mcp-Param-Count header can"],
    [{ region: ["a"] }, {}, "an array, which no Mcp-Param-Region header can repeat"],
    [undefined, { "Mcp-Param-Region": "us-west1" }, "is there, but params.arguments.region is missing"],
    [{ region: null }, { "Mcp-Param-Region": "" }, "is there, but params.arguments.region is null"],
    [{ page: null }, { "Mcp-Param-Page-Size": "5" }, "is there"],
  ])("are refused: %j with %j", async (args, said, message) => {
    expect(await call(args, said)).toEqual(mismatch(message));
  });

  it("do not have to be there for a null", async () => {
    const reply = await call({ value: null }, {}, "lax");
    expect(reply?.result).toMatchObject({ isError: true }); // the schema's judgement: no protocol error
  });

  it("leave arguments of the wrong type to the schema where they agree", async () => {
    expect((await call({ count: 1.5 }, { "Mcp-Param-Count": "1.5" }))?.result).toMatchObject({
      isError: true,
    });
    expect((await call({ region: 5 }, { "Mcp-Param-Region": "5" }))?.result).toMatchObject({ isError: true });
  });

  it("leave arguments that are no object to the method", async () => {
    const { stateless } = openLink(server(), { mirrored: mirrorOf("tools/call", "query") });
    const reply = await stateless("tools/call", { name: "query", arguments: [] });
    expect(reply?.error?.code).toBe(-32602);
  });

  it("do not tell a tool that may not be seen from one that does not exist", async () => {
    expect((await call({ value: "x" }, {}, "hidden"))?.error?.code).toBe(-32602);
    expect((await call({ value: "x" }, {}, "unknown"))?.error?.code).toBe(-32602);
  });

  it("are ignored for a tool without any", async () => {
    expect(await call({}, { "Mcp-Param-Region": "é" }, "plain")).toEqual(done);
  });

  it("are not asked for in the handshake era, nor where there are no headers", async () => {
    const params = { name: "query", arguments: { region: "a" } };
    const greeted = await handshaken(server());
    expect(await greeted.request("tools/call", params)).toEqual(done);
    expect(await openLink(server()).stateless("tools/call", params)).toEqual(done);
  });

  it("are judged by what came over the wire, whatever middleware makes of it", async () => {
    const mcp = server();
    mcp.use((request, _ctx, next) =>
      next({ ...request, params: { ...request.params, arguments: { region: "changed" } } }),
    );
    const mirrored = mirrorOf("tools/call", "query", { "Mcp-Param-Region": "a" });
    const { stateless } = openLink(mcp, { mirrored });
    expect(await stateless("tools/call", { name: "query", arguments: { region: "a" } })).toEqual(done);
  });
});

describe("an x-mcp-header", () => {
  const listed = async (mcp: McpServer): Promise<unknown> =>
    (await openLink(mcp).stateless("tools/list"))?.result?.["tools"];

  it("is listed, as zod and plain JSON Schema have it", async () => {
    const mcp = new McpServer("s");
    mcp.tool("zod", { input: z.object({ region: z.string().meta({ "x-mcp-header": "Region" }) }) }, () => "");
    mcp.tool("plain", { input: lax }, () => "");
    expect(await listed(mcp)).toMatchObject([
      { inputSchema: { properties: { region: { type: "string", "x-mcp-header": "Region" } } } },
      { inputSchema: { properties: { value: { type: "string", "x-mcp-header": "Value" } } } },
    ]);
  });

  it.each([
    ["of a number", z.object({ n: z.number().meta({ "x-mcp-header": "N" }) }), /"type" of "n" is "number"/],
    [
      "of what may be null",
      z.object({ n: z.string().nullable().meta({ "x-mcp-header": "N" }) }),
      /"type" of "n"/,
    ],
    [
      "in a list",
      z.object({ n: z.array(z.string().meta({ "x-mcp-header": "N" })) }),
      /nothing but "properties"/,
    ],
    ["that is no token", z.object({ n: z.string().meta({ "x-mcp-header": "a b" }) }), /"a b"/],
  ])("%s is refused at registration", async (_, schema, message) => {
    const mcp = new McpServer("s");
    const register = (): unknown => mcp.tool("bad", { input: schema }, () => "");
    expect(register).toThrow(TypeError);
    expect(register).toThrow(message);
    expect(register).toThrow('tool "bad"');
    expect((await openLink(mcp).stateless("tools/list"))?.error?.code).toBe(-32601);
  });
});
