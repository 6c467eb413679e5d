import { connectPair, ERAS, type Pair } from "@towpath/mcp-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Notebook } from "./notebook.js";
import { markdownOf } from "./resources.js";
import { createNotebookServer } from "./server.js";

const pairs: Pair[] = [];

afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

describe.each(ERAS)("the notes as resources, in the %s era", (era) => {
  async function open(...titles: readonly string[]): Promise<Pair & { notebook: Notebook }> {
    const notebook = new Notebook();
    for (const title of titles) notebook.add({ title, text: "", tags: [] });
    const pair = await connectPair(createNotebookServer(notebook), { era });
    pairs.push(pair);
    return { ...pair, notebook };
  }

  it("lists every note, and the template of all", async () => {
    const { client } = await open("Locks", "Bridges");
    expect(await client.listResources()).toEqual([
      { uri: "note://1", name: "Note 1", title: "Locks", mimeType: "text/markdown" },
      { uri: "note://2", name: "Note 2", title: "Bridges", mimeType: "text/markdown" },
    ]);
    expect(await client.listResourceTemplates()).toMatchObject([{ uriTemplate: "note://{id}" }]);
  });

  it("reads a note as markdown", async () => {
    const { client } = await open("Locks");
    expect((await client.readResource("note://1")).contents).toEqual([
      { uri: "note://1", mimeType: "text/markdown", text: "# Locks" },
    ]);
  });

  it.each(["note://2", "note://01", "note://1.0", "note://x", "note://-1", "note://%31%20"])(
    "finds no note at %s",
    async (uri) => {
      const { client } = await open("Locks");
      await expect(client.readResource(uri)).rejects.toMatchObject({
        code: era === "handshake" ? -32002 : -32602,
        data: { uri },
      });
    },
  );

  it("completes the number of a note", async () => {
    const { client } = await open(...Array<string>(12).fill("Locks"));
    const template = { type: "ref/resource", uri: "note://{id}" } as const;
    const { values } = await client.complete(template, { name: "id", value: "1" });
    expect(values).toEqual(["1", "10", "11", "12"]);
  });

  it("tells of changes to those who asked, and of notes that come and go", async () => {
    const { client, notebook } = await open("Locks", "Bridges");
    const changes = await client.listen({ resourcesListChanged: true, resourceSubscriptions: ["note://2"] });
    const next = changes[Symbol.asyncIterator]();
    const nextChange = async (): Promise<unknown> => (await next.next()).value;
    const updated = { method: "notifications/resources/updated", params: { uri: "note://2" } };
    const listChanged = { method: "notifications/resources/list_changed" };

    notebook.summarise(1, "not asked for");
    notebook.summarise(2, "asked for");
    expect(await nextChange()).toMatchObject(updated);
    notebook.add({ title: "Tunnels", text: "", tags: [] });
    expect(await nextChange()).toMatchObject(listChanged);
    notebook.remove(2);
    expect([await nextChange(), await nextChange()]).toMatchObject([updated, listChanged]);
    await changes.close();
  });
});

describe("a note in markdown", () => {
  it("has its summary, its text and its tags", () => {
    const note = {
      id: 1,
      title: "Locks",
      text: "29 of them",
      tags: ["boat", "hill"],
      summary: "Many\nlocks",
    };
    expect(markdownOf(note)).toBe("# Locks\n\n> Many\n> locks\n\n29 of them\n\n#boat #hill");
  });

  it("has no room for what is not there", () => {
    expect(markdownOf({ id: 1, title: "Locks", text: "", tags: [] })).toBe("# Locks");
  });
});
