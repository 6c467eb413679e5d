import { McpClient, McpServer, ToolError } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { clientOptions } from "./client-options.js";
import { scenarioOf } from "./scenarios.js";
import type { Told } from "./scenario.js";

/** Goes through a scenario with a server that notes what is used of it. */
async function used(
  name: string,
  add: (mcp: McpServer, note: (what: unknown) => void) => void,
  told: Told = {},
) {
  const mcp = new McpServer("Scenarios");
  const notes: unknown[] = [];
  add(mcp, (what) => notes.push(what));
  const client = await McpClient.connect(mcp, clientOptions(undefined));
  try {
    await scenarioOf(name)(client, told);
  } finally {
    await client.close();
  }
  return notes;
}

describe("a scenario", () => {
  it("uses all that the server has, with arguments that fit", async () => {
    const notes = await used("tools_call", (mcp, note) => {
      const input = z.object({ a: z.number(), b: z.string(), c: z.boolean(), d: z.array(z.string()) });
      mcp.tool("use", { input: input.extend({ e: z.string().optional() }) }, note);
      mcp.resource("test://read", { name: "read" }, () => {
        note("read");
        return "text";
      });
      mcp.prompt("get", { input: z.object({ topic: z.string() }) }, ({ topic }) => {
        note(topic);
        return "text";
      });
    });
    expect(notes).toHaveLength(3);
    expect(notes).toEqual(expect.arrayContaining([{ a: 1.5, b: "text", c: true, d: [] }, "read", "text"]));
  });

  it("asks nothing of a server that declares nothing", async () => {
    await expect(used("initialize", () => undefined)).resolves.toEqual([]);
  });

  it("fails when a tool fails", async () => {
    const failing = used("tools_call", (mcp) => {
      mcp.tool("fail", {}, () => {
        throw new ToolError("Out of order");
      });
    });
    await expect(failing).rejects.toThrow(/The tool fail has failed: .*Out of order/);
  });

  it("makes the calls it is told to make", async () => {
    const call = { name: "use", arguments: { region: "here" } };
    const notes = await used(
      "http-custom-headers",
      (mcp, note) => mcp.tool("use", { input: z.object({ region: z.string() }) }, note),
      { toolCalls: [call, call] },
    );
    expect(notes).toEqual([{ region: "here" }, { region: "here" }]);
  });

  it("only lists the tools where no schema may be followed", async () => {
    await expect(used("json-schema-ref-no-deref", (mcp, note) => mcp.tool("use", {}, note))).resolves.toEqual(
      [],
    );
  });

  it("hands a schema back as it came", async () => {
    const notes = await used("json-schema-2020-12-preservation", (mcp, note) => {
      mcp.tool("json_schema_2020_12_tool", { input: z.object({ a: z.number() }) }, note);
      mcp.tool("json_schema_echo", { input: z.object({ schema: z.looseObject({}) }) }, note);
    });
    expect(notes).toMatchObject([{ schema: { type: "object", properties: { a: { type: "number" } } } }]);
  });

  it("sends forms back with their defaults", async () => {
    const notes = await used("elicitation-sep1034-client-defaults", (mcp, note) => {
      mcp.tool("ask", {}, async (_args, ctx) => {
        note(await ctx.elicit("Who?", z.object({ name: z.string().default("John Doe") })));
      });
    });
    expect(notes).toEqual([{ action: "accept", content: { name: "John Doe" } }]);
  });

  it("is refused for a revision that is not known", () => {
    expect(() => clientOptions("1999-01-01")).toThrow("not 1999-01-01");
  });
});
