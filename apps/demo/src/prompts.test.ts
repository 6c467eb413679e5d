import { connectPair, ERAS, type Pair } from "@towpath/mcp-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Notebook } from "./notebook.js";
import { createNotebookServer } from "./server.js";

const pairs: Pair[] = [];

afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

describe.each(ERAS)("the prompt review_notes, in the %s era", (era) => {
  async function open(count = 1): Promise<Pair> {
    const notebook = new Notebook();
    for (let i = 0; i < count; i += 1) notebook.add({ title: "Locks", text: "", tags: ["boat", "hill"] });
    notebook.add({ title: "Bread", text: "", tags: ["bakery"] });
    const pair = await connectPair(createNotebookServer(notebook), { era });
    pairs.push(pair);
    return pair;
  }

  it("says what it takes", async () => {
    const { client } = await open();
    expect(await client.listPrompts()).toMatchObject([
      { name: "review_notes", title: "Review notes", arguments: [{ name: "tag", required: true }] },
    ]);
  });

  it("puts the notes of a tag behind its question", async () => {
    const { client } = await open();
    const { messages } = await client.getPrompt("review_notes", { tag: "boat" });
    const resource = { uri: "note://1", mimeType: "text/markdown", text: "# Locks\n\n#boat #hill" };
    expect(messages).toMatchObject([
      { role: "user", content: { type: "text", text: expect.stringContaining('"boat"') as string } },
      { role: "user", content: { type: "resource", resource } },
    ]);
  });

  it("takes in 20 notes at most", async () => {
    const { client } = await open(21);
    expect((await client.getPrompt("review_notes", { tag: "boat" })).messages).toHaveLength(21);
  });

  it("completes the tag", async () => {
    const { client } = await open();
    const prompt = { type: "ref/prompt", name: "review_notes" } as const;
    expect(await client.complete(prompt, { name: "tag", value: "b" })).toMatchObject({
      values: ["bakery", "boat"],
    });
  });

  it("has nothing to say of a tag without notes", async () => {
    const { client } = await open();
    await expect(client.getPrompt("review_notes", { tag: "moon" })).rejects.toMatchObject({
      code: -32602,
      message: 'No note has the tag "moon"',
    });
  });
});
