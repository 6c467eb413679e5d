import type { ElicitFormParams, ElicitResult, JsonObject, Progress } from "@towpath/mcp-core";
import { connectPair, ERAS, type Pair, type PairOptions } from "@towpath/mcp-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Notebook } from "./notebook.js";
import { createNotebookServer } from "./server.js";

const pairs: Pair[] = [];

afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

/** A notebook with a note that is private between two that are not, and a client of its server. */
async function open(options: PairOptions): Promise<Pair & { notebook: Notebook }> {
  const notebook = new Notebook();
  notebook.add({ title: "Locks", text: "29 at Caen Hill", tags: ["boat"] });
  notebook.add({ title: "Diary", text: "It rained", tags: ["private"] });
  notebook.add({ title: "Bridges", text: "", tags: [] });
  const pair = await connectPair(createNotebookServer(notebook), options);
  pairs.push(pair);
  return { ...pair, notebook };
}

/** A user who agrees to what is private, or not, and wants JSON. */
const user =
  (action: ElicitResult["action"], asked: string[] = []) =>
  ({ message, requestedSchema }: ElicitFormParams): ElicitResult => {
    asked.push(message);
    if (!("format" in requestedSchema.properties)) return { action };
    return { action: "accept", content: { format: "json" } };
  };

const DIARY = "Export 1 note tagged private as well?";

const said = (text: string): object => ({ content: [{ type: "text", text }, expect.anything()] });

/** Tasks or none: what comes of a call is the same. */
describe.each([true, false])("export_notes, to a client with tasks: %s", (tasks) => {
  describe.each(ERAS)("in the %s era", (era) => {
    it("asks for the format, and whether private notes may leave", async () => {
      const asked: string[] = [];
      const { client } = await open({ era, tasks, elicit: user("accept", asked) });
      const result = await client.callTool("export_notes");
      expect(asked).toEqual(["In which format?", DIARY]);
      expect(result).toMatchObject({
        ...said("3 notes exported"),
        structuredContent: { format: "json", exported: 3, leftOut: 0 },
      });
      expect(titlesIn(result.content)).toEqual(["Locks", "Diary", "Bridges"]);
    });

    it.each(["decline", "cancel"] as const)("leaves private notes out on %s", async (action) => {
      const { client } = await open({ era, tasks, elicit: user(action) });
      const result = await client.callTool("export_notes", { format: "markdown" });
      expect(result).toMatchObject({
        content: [
          { type: "text", text: "2 notes exported; 1 left out, as private" },
          {
            type: "resource",
            resource: {
              uri: "notebook://export/markdown",
              mimeType: "text/markdown",
              text: "# Locks\n\n29 at Caen Hill\n\n#boat\n\n# Bridges",
            },
          },
        ],
        structuredContent: { format: "markdown", exported: 2, leftOut: 1 },
      });
    });

    it("exports the notes with a tag alone, and asks nothing that it need not know", async () => {
      const asked: string[] = [];
      const { client } = await open({ era, tasks, elicit: user("accept", asked) });
      const { structuredContent } = await client.callTool("export_notes", { format: "json", tag: "boat" });
      expect({ structuredContent, asked }).toEqual({
        structuredContent: { format: "json", exported: 1, leftOut: 0 },
        asked: [],
      });
    });

    it("exports nothing when the user wants no format", async () => {
      const { client } = await open({ era, tasks, elicit: () => ({ action: "decline" }) });
      expect(await client.callTool("export_notes")).toMatchObject({
        isError: true,
        content: [{ text: "Nothing is exported: the user chose decline" }],
      });
    });

    it("exports Markdown, and nothing private, for a client that cannot be asked", async () => {
      const { client } = await open({ era, tasks });
      const { structuredContent } = await client.callTool("export_notes");
      expect(structuredContent).toEqual({ format: "markdown", exported: 2, leftOut: 1 });
    });

    it("refuses to make a document that is too large", async () => {
      const { client, notebook } = await open({ era, tasks });
      const text = "x".repeat(60_000);
      for (let note = 0; note < 20; note += 1) notebook.add({ title: "Long", text, tags: [] });
      expect(await client.callTool("export_notes")).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining("at most 1048576 bytes") as string }],
      });
    });

    it("reports progress, and stops when the client gives up", async () => {
      const { client, notebook } = await open({ era, tasks });
      for (let note = 0; note < 200; note += 1) notebook.add({ title: "More", text: "", tags: [] });
      const giving = new AbortController();
      const reports: Progress[] = [];
      const exporting = client.callTool(
        "export_notes",
        { perSecond: 20 },
        {
          signal: giving.signal,
          onProgress: (report) => {
            reports.push(report);
            giving.abort(new Error("enough"));
          },
        },
      );
      await expect(exporting).rejects.toThrow("enough");
      expect(reports[0]).toMatchObject({ total: 203 });
    });
  });
});

/** Of the notes in the one document that there is. */
function titlesIn(content: readonly object[]): readonly unknown[] {
  // What the tool returns.
  const [, { resource }] = content as [object, { resource: { text: string } }];
  return (JSON.parse(resource.text) as JsonObject[]).map(({ title }) => title);
}
