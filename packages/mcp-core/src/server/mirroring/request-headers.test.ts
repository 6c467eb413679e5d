import { describe, expect, it } from "vitest";
import { headers, mirrorOf, openLink, VERSION, type Wire } from "../../../test/support/link.js";
import type { ReadonlyHeaders } from "../../contract/index.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { McpServer } from "../server.js";

const URI = "file:///docs/name%20of%20one.txt?v=1";

function server(): McpServer {
  const mcp = new McpServer("s", {
    extensions: [
      {
        id: "io.example/jobs",
        methods: {
          "jobs/get": { eras: ["stateless"], mirroredName: "jobId", handle: () => ({ found: true }) },
        },
      },
    ],
  });
  mcp.tool("tool", {}, () => "called");
  mcp.prompt("プロンプト", {}, () => "got");
  mcp.resource(URI, { name: "one" }, () => "read");
  return mcp;
}

const ask = (method: string, params: JsonObject, mirrored: ReadonlyHeaders): Promise<Wire | undefined> =>
  openLink(server(), { mirrored }).stateless(method, params);
const mismatch = (...words: string[]): unknown =>
  expect.objectContaining({
    error: { code: -32020, message: expect.stringMatching(new RegExp(words.join(".*"))) as string },
  });

describe("the Mcp-Method header", () => {
  it.each(["mcp-method", "MCP-METHOD"])("is read in any case: %s", async (name) => {
    const mirrored = headers({ "MCP-Protocol-Version": VERSION, [name]: " tools/list\t" });
    expect((await ask("tools/list", {}, mirrored))?.error).toBeUndefined();
  });

  it.each(["TOOLS/LIST", "prompts/list", "", "=?base64?dG9vbHMvbGlzdA==?="])(
    "is refused where it says %j of tools/list",
    async (said) => {
      expect(await ask("tools/list", {}, mirrorOf(said))).toEqual(mismatch("Mcp-Method", "tools/list"));
    },
  );

  it("is required, of methods that nobody knows as well", async () => {
    const without = headers({ "MCP-Protocol-Version": VERSION });
    expect(await ask("tools/list", {}, without)).toEqual(mismatch("Mcp-Method header is missing"));
    expect(await ask("no/such", {}, without)).toEqual(mismatch("Mcp-Method header is missing"));
    expect((await ask("no/such", {}, mirrorOf("no/such")))?.error?.code).toBe(-32601);
  });

  it("comes after the version", async () => {
    const old = headers({ "MCP-Protocol-Version": "2025-11-25" });
    expect(await ask("tools/list", {}, old)).toEqual(mismatch("MCP-Protocol-Version"));
  });

  it("is nothing that the handshake era knows of", async () => {
    const mirrored = headers({
      "MCP-Protocol-Version": "2025-11-25",
      "Mcp-Method": "other",
      "Mcp-Name": "x",
    });
    const reply = await openLink(server(), { mirrored }).request("tools/call", { name: "tool" });
    expect(reply?.error).toBeUndefined();
  });

  it("is not asked for where there are no headers", async () => {
    expect((await openLink(server()).stateless("tools/call", { name: "tool" }))?.error).toBeUndefined();
  });
});

describe("the Mcp-Name header", () => {
  const named: readonly [string, JsonObject, string][] = [
    ["tools/call", { name: "tool" }, "tool"],
    ["prompts/get", { name: "プロンプト" }, "=?base64?44OX44Ot44Oz44OX44OI?="],
    ["resources/read", { uri: URI }, URI],
    ["jobs/get", { jobId: "j-1" }, "j-1"],
  ];

  it.each(named)("says what %s is about", async (method, params, name) => {
    expect((await ask(method, params, mirrorOf(method, ` ${name}  `)))?.error).toBeUndefined();
  });

  it.each(named)("is required of %s", async (method, params) => {
    expect(await ask(method, params, mirrorOf(method))).toEqual(mismatch("Mcp-Name header is missing"));
  });

  it.each(named)("is refused where it says something else than %s", async (method, params) => {
    for (const [said, ...words] of [
      ["other", "Mcp-Name", "other"],
      ["", "Mcp-Name"],
    ] as const)
      expect(await ask(method, params, mirrorOf(method, said))).toEqual(mismatch(...words));
  });

  it.each(["=?base64?dG9vbA?=", "=?base64?/w==?=", "tööl"])("is malformed as %j", async (name) => {
    expect(await ask("tools/call", { name: "tool" }, mirrorOf("tools/call", name))).toEqual(
      mismatch("Mcp-Name header is malformed"),
    );
  });

  it("is judged before what it names is looked for, and before middleware", async () => {
    const mcp = server();
    let seen = 0;
    mcp.use((_request, _ctx, next) => {
      seen += 1;
      return next();
    });
    const { stateless } = openLink(mcp, { mirrored: mirrorOf("tools/call", "other") });
    expect(await stateless("tools/call", { name: "unknown" })).toEqual(mismatch("other", "unknown"));
    expect(seen).toBe(0);
  });

  it("cannot say what is no name, which is -32602 without it", async () => {
    expect((await ask("tools/call", {}, mirrorOf("tools/call")))?.error?.code).toBe(-32602);
    expect(await ask("tools/call", {}, mirrorOf("tools/call", "tool"))).toEqual(mismatch("Mcp-Name"));
    expect(await ask("tools/call", { name: ["tool"] }, mirrorOf("tools/call", "tool"))).toEqual(
      mismatch("params.name is an array"),
    );
  });

  it("is nobody's concern where a method has no name", async () => {
    expect((await ask("tools/list", {}, mirrorOf("tools/list", "any")))?.error).toBeUndefined();
  });
});
