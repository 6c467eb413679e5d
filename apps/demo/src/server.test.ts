import { McpClient, type JsonValue, type Progress } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { Notebook } from "./notebook.js";
import { createNotebookServer } from "./server.js";

const drafts = (count: number): { title: string }[] =>
  Array.from({ length: count }, (_, index) => ({ title: `Note ${String(index + 1)}` }));

describe("the notebook server", () => {
  it("describes its tools in full", async () => {
    const client = await McpClient.connect(createNotebookServer());
    const tools = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      "add_note",
      "search_notes",
      "import_notes",
      "delete_note",
      "summarise_note",
      "export_notes",
    ]);
    for (const tool of tools) {
      expect(tool).toMatchObject({
        title: expect.any(String) as string,
        description: expect.any(String) as string,
        annotations: { openWorldHint: false },
        inputSchema: { type: "object" },
      });
    }
  });

  it("finds what was added, as structured content", async () => {
    const client = await McpClient.connect(createNotebookServer());
    const added = await client.callTool("add_note", { title: "Locks", text: "29 at Caen Hill" });
    expect(added.content).toEqual([{ type: "text", text: "Note 1 is kept: Locks" }]);
    const { structuredContent } = await client.callTool("search_notes", { query: "caen" });
    expect(structuredContent).toEqual({
      total: 1,
      notes: [{ id: 1, title: "Locks", text: "29 at Caen Hill", tags: [] }],
    });
  });

  it("reports progress while it imports", async () => {
    const client = await McpClient.connect(createNotebookServer());
    const reports: Progress[] = [];
    const onProgress = (progress: Progress): number => reports.push(progress);
    const result = await client.callTool("import_notes", { notes: drafts(250) }, { onProgress });
    expect(result.structuredContent).toEqual({ imported: 250, lastId: 250 });
    expect(reports).toEqual([100, 200, 250].map((progress) => ({ progress, total: 250 })));
  });

  it("stops importing when the client gives up, and keeps what it has", async () => {
    const notebook = new Notebook();
    const client = await McpClient.connect(createNotebookServer(notebook));
    const controller = new AbortController();
    const importing = client.callTool(
      "import_notes",
      { notes: drafts(1000), perSecond: 100 },
      { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) },
    );
    await expect(importing).rejects.toThrow("enough");
    await client.ping();
    expect(notebook.size).toBe(10);
  });

  it("imports nothing when there is no room for all", async () => {
    const notebook = new Notebook({ maxNotes: 3 });
    const client = await McpClient.connect(createNotebookServer(notebook));
    const result = await client.callTool("import_notes", { notes: drafts(4) });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("at most 3 notes") as string }],
    });
    expect(notebook.size).toBe(0);
  });

  it.each<[string, Record<string, JsonValue>]>([
    ["add_note", { title: "" }],
    ["search_notes", { limit: 0 }],
    ["import_notes", { notes: [] }],
    ["delete_note", { id: 0 }],
    ["summarise_note", { id: "1" }],
    ["export_notes", { perSecond: 0 }],
  ])("tells the model what is wrong with the arguments of %s", async (name, args) => {
    const client = await McpClient.connect(createNotebookServer());
    const result = await client.callTool(name, args);
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining(Object.keys(args)[0] ?? "?") as string }],
    });
  });
});
