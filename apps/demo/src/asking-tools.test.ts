import type { CreateMessageParams, CreateMessageResult, ElicitResult } from "@towpath/mcp-core";
import { connectPair, ERAS, type Pair, type PairOptions } from "@towpath/mcp-core/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Notebook } from "./notebook.js";
import { createNotebookServer } from "./server.js";

const pairs: Pair[] = [];

afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

const LOCKS = { title: "Locks", text: "29 at Caen Hill", tags: [] };

/** A notebook with one note, and a client of its server. */
async function open(options: PairOptions): Promise<Pair & { notebook: Notebook }> {
  const notebook = new Notebook();
  notebook.add(LOCKS);
  const pair = await connectPair(createNotebookServer(notebook), { replay: true, ...options });
  pairs.push(pair);
  return { ...pair, notebook };
}

const text = (expected: string): object => ({ content: [{ type: "text", text: expected }] });

const answering = (action: ElicitResult["action"]) => (): ElicitResult => ({ action });

const written = (summary: string): CreateMessageResult => ({
  role: "assistant",
  model: "few-words",
  content: { type: "text", text: summary },
});

describe.each(ERAS)("delete_note, in the %s era", (era) => {
  it("names the note it is about to delete, and deletes it once", async () => {
    const asked: string[] = [];
    const { client, notebook } = await open({
      era,
      elicit: ({ message }) => {
        asked.push(message);
        return { action: "accept" };
      },
    });
    const removed: number[] = [];
    notebook.watch(({ note }) => removed.push(note.id));
    expect(await client.callTool("delete_note", { id: 1 })).toEqual(
      expect.objectContaining(text("Note 1 is deleted: Locks")),
    );
    expect(asked).toEqual(['Delete note 1, "Locks", for good?']);
    expect({ removed, size: notebook.size }).toEqual({ removed: [1], size: 0 });
  });

  it.each(["decline", "cancel"] as const)("keeps the note when the user chooses to %s", async (action) => {
    const { client, notebook } = await open({ era, elicit: answering(action) });
    const result = await client.callTool("delete_note", { id: 1 });
    expect(result).toMatchObject(text(`Note 1 stays: the user chose ${action}`));
    expect(notebook.size).toBe(1);
  });

  it("says so when the note went away while the user was thinking", async () => {
    const { client, notebook } = await open({
      era,
      elicit: () => {
        notebook.remove(1);
        return { action: "accept" };
      },
    });
    const result = await client.callTool("delete_note", { id: 1 });
    expect(result).toMatchObject(text("Note 1 was deleted in the meantime: Locks"));
  });

  it("asks nobody about a note that is not there", async () => {
    const { client, traffic } = await open({ era, elicit: answering("accept") });
    const result = await client.callTool("delete_note", { id: 7 });
    expect(result).toMatchObject({ isError: true, ...text("There is no note 7") });
    expect(traffic.of("tools/call")).toHaveLength(1);
    expect(traffic.of("elicitation/create")).toHaveLength(0);
  });

  it("deletes nothing for a client that cannot be asked", async () => {
    const { client, notebook } = await open({ era });
    await expect(client.callTool("delete_note", { id: 1 })).rejects.toThrow("did not declare: elicitation");
    expect(notebook.size).toBe(1);
  });
});

it.each(["delete_note", "summarise_note"])(
  "%s changes the notebook once when a client sends its last round twice, and answers the same",
  async (name) => {
    const elicit = answering("accept");
    const { client, traffic, notebook } = await open({
      era: "stateless",
      elicit,
      sample: () => written("Many locks"),
    });
    const changes: string[] = [];
    notebook.watch(({ kind }) => changes.push(kind));
    const first = await client.callTool(name, { id: 1 });
    const last = traffic.of("tools/call").at(-1);
    const params = last !== undefined && "params" in last ? last.params : undefined;
    expect(params).toHaveProperty("requestState");
    const again = await client.request("tools/call", params ?? {});
    expect(again["content"]).toEqual(first.content);
    expect(changes).toHaveLength(1);
  },
);

describe.each(ERAS)("summarise_note, in the %s era", (era) => {
  it("has the client's model summarise the note, and keeps the summary once", async () => {
    const requests: CreateMessageParams[] = [];
    const { client, notebook } = await open({
      era,
      sample: (request) => {
        requests.push(request);
        return written("Many locks");
      },
    });
    const changes: string[] = [];
    notebook.watch(({ kind }) => changes.push(kind));
    const { structuredContent } = await client.callTool("summarise_note", { id: 1 });
    expect(structuredContent).toEqual({ id: 1, summary: "Many locks", model: "few-words" });
    expect(requests.map(({ messages }) => messages)).toEqual([
      [{ role: "user", content: { type: "text", text: "Locks\n\n29 at Caen Hill" } }],
    ]);
    expect({ changes, ...notebook.get(1) }).toMatchObject({ changes: ["summarised"], summary: "Many locks" });
  });

  it("keeps nothing when the model writes nothing", async () => {
    const { client, notebook } = await open({ era, sample: () => written(" ") });
    expect(await client.callTool("summarise_note", { id: 1 })).toMatchObject({
      isError: true,
      ...text("The client's model, few-words, did not write a summary"),
    });
    expect(notebook.get(1)?.summary).toBeUndefined();
  });

  it("keeps no summary that the notebook has no room for", async () => {
    const { client, notebook } = await open({ era, sample: () => written("x".repeat(65_536)) });
    expect(await client.callTool("summarise_note", { id: 1 })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("at most 65536 bytes") as string }],
    });
    expect(notebook.get(1)?.summary).toBeUndefined();
  });

  it("summarises nothing for a client without a model", async () => {
    const { client } = await open({ era });
    await expect(client.callTool("summarise_note", { id: 1 })).rejects.toThrow("did not declare: sampling");
  });
});
