import { ManualClock } from "@towpath/mcp-core/testing";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import type { Events } from "@towpath/test-support/events.js";
import { Client } from "../../support/client.js";
import { twoNodes, type Node } from "../../support/stage.js";

const TODAY = "notes://today";

/** A client with a GET stream on one node, which has not brought anything yet. */
async function listening(a: Node): Promise<{ client: Client; stream: Events; id: string | undefined }> {
  const client = await Client.begin(a.url);
  await client.request("resources/subscribe", { uri: TODAY });
  const stream = await client.get();
  const primed = await stream.next();
  return { client, stream, id: primed?.id };
}

/** The messages up to the one that tells of a list of the server's and a resource, or the first of anything else. */
async function allAnew(stream: Events): Promise<readonly (string | undefined)[]> {
  const methods: (string | undefined)[] = [];
  while (!methods.includes("notifications/resources/updated")) methods.push((await stream.message()).method);
  return methods;
}

describe("a client whose GET stream moves to another node is told to read all anew", () => {
  const whatEver: unknown = expect.arrayContaining([
    "notifications/tools/list_changed",
    "notifications/resources/updated",
  ]);

  it("where the first was killed, and something may have changed since", async () => {
    const [a, b] = await twoNodes();
    const { client, stream, id } = await listening(a);
    a.view.kill();
    stream.cut();
    b.mcp.resourceUpdated(TODAY);
    await nextTurn();
    const again = await client.at(b.url).get(id);
    expect(await allAnew(again)).toEqual(whatEver);
  });

  it("where the first was drained", async () => {
    const [a, b] = await twoNodes();
    const { client, stream, id } = await listening(a);
    await a.drain();
    await stream.rest();
    b.mcp.resourceUpdated(TODAY);
    await nextTurn();
    expect(await allAnew(await client.at(b.url).get(id))).toEqual(whatEver);
  });

  it("where the first is cut off from the state", async () => {
    const [a, b] = await twoNodes();
    const { client, stream, id } = await listening(a);
    a.view.cutOff();
    stream.cut();
    b.mcp.resourceUpdated(TODAY);
    await nextTurn();
    const again = await client.at(b.url).get(id);
    expect(await allAnew(again)).toEqual(whatEver);
  });
});

describe("a client that comes back so late that its stream is not kept any more", () => {
  it.each(["the same node", "another"])("is told to read all anew, on %s", async (where) => {
    const clock = new ManualClock();
    const [a, b] = await twoNodes({ clock });
    const { client, stream } = await listening(a);
    a.mcp.resourceUpdated(TODAY);
    await stream.message();
    stream.cut();
    await client.request("ping");
    a.mcp.resourceUpdated(TODAY);
    await client.request("ping");
    clock.advance(400_000);
    const again = await client.at(where === "another" ? b.url : a.url).get(stream.lastId);
    expect(await allAnew(again)).toContain("notifications/resources/updated");
  });
});

describe("a client whose GET stream moves to another node is told nothing that it knows", () => {
  it("where the first hands it over", async () => {
    const [a, b] = await twoNodes();
    const { client, stream, id } = await listening(a);
    stream.cut();
    const again = await client.at(b.url).get(id);
    expect((await again.next())?.id).toBe(id);
    await client.at(b.url).request("ping");
    b.mcp.resourceUpdated(TODAY);
    expect(await again.message()).toMatchObject({ method: "notifications/resources/updated" });
    await client.end();
    expect(await again.rest()).toEqual([]);
  });

  it("where it comes back to the same", async () => {
    const [a] = await twoNodes();
    const { client, stream, id } = await listening(a);
    stream.cut();
    const again = await client.get(id);
    await client.request("ping");
    await client.end();
    expect(await again.rest()).toEqual([]);
  });

  it("where it begins another stream there", async () => {
    const [a, b] = await twoNodes();
    const { client, stream } = await listening(a);
    const other = await client.at(b.url).get();
    expect(await stream.rest()).toEqual([]);
    await client.at(b.url).request("ping");
    await client.end();
    expect(await other.rest()).toEqual([]);
  });
});
