import { memoryState } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { remoteState, type RemoteState } from "@towpath/test-support/remote-state.js";
import { stage, type Stage } from "../../support/stage.js";

const LIST_CHANGED = { method: "notifications/tools/list_changed" };
const updated = (uri: string): object => ({ method: "notifications/resources/updated", params: { uri } });
const [TODAY, TOMORROW] = ["notes://today", "notes://tomorrow"];

interface Begun {
  readonly server: Stage;
  readonly client: Client;
  readonly state: RemoteState;
}

async function begun(maxBytes = 2 ** 20, shared = memoryState()): Promise<Begun> {
  const state = remoteState(shared);
  const server = await stage({ sessions: true, resumable: { maxBytes } }, { state });
  const client = await Client.begin(server.url);
  for (const uri of [TODAY, TOMORROW]) await client.request("resources/subscribe", { uri });
  return { server, client, state };
}

let tools = 0;
function change({ mcp }: Stage): void {
  mcp.tool(`another-${String((tools += 1))}`, {}, () => "something");
}

describe("the GET stream of a session whose logs are far away", () => {
  it("stays open where it comes while the log for the first message is being made", async () => {
    const { server, client, state } = await begun();
    const first = await client.get();
    await first.next();
    first.cut();
    await client.request("ping");
    const creating = state.hold("create");
    change(server);
    await creating.called;
    const second = await client.get(first.lastId);
    await second.next();
    creating.release();
    expect(await second.message()).toMatchObject(LIST_CHANGED);
    server.mcp.resourceUpdated(TODAY);
    expect(await second.message()).toMatchObject(updated(TODAY));
  });

  it("repeats and cuts nothing where it is resumed on another node while a message comes", async () => {
    const shared = memoryState();
    const { server, client } = await begun(undefined, shared);
    const other = await begun(undefined, shared);
    const first = await client.get();
    change(server);
    await first.message();
    first.cut();
    await client.request("ping");
    const reading = other.state.hold("read");
    const second = await client.at(other.server.url).get(first.lastId);
    await reading.called;
    other.server.mcp.resourceUpdated(TODAY);
    reading.release();
    expect(await second.message()).toMatchObject(updated(TODAY));
    other.server.mcp.resourceUpdated(TOMORROW);
    expect(await second.message()).toMatchObject(updated(TOMORROW));
  });

  it("is not taken back by a connection that it has replaced, and whose events were trimmed", async () => {
    const { server, client, state } = await begun(150);
    const first = await client.get();
    change(server);
    await first.message();
    const stale = first.lastId;
    for (const uri of [TODAY, TOMORROW, TODAY]) {
      server.mcp.resourceUpdated(uri);
      await first.message();
    }
    first.cut();
    await client.request("ping");
    const reading = state.hold("read");
    const replaced = await client.get(stale);
    await reading.called;
    const second = await client.get(first.lastId);
    await second.next();
    reading.release();
    await replaced.rest();
    server.mcp.resourceUpdated(TOMORROW);
    expect(await second.message()).toMatchObject(updated(TOMORROW));
  });

  it("has each message once, where its log was lost while several were on their way", async () => {
    const { server, client, state } = await begun();
    const first = await client.get();
    const creating = state.hold("create");
    let log = "";
    const { create } = state.logs;
    state.logs.create = (name, options) => create((log = name), options);
    change(server);
    await creating.called;
    creating.release();
    await first.message();
    first.cut();
    await client.request("ping");
    await state.logs.delete(log);
    const second = await client.get(first.lastId?.replace(/\.[^.]*$/, ".-"));
    await second.next();
    await client.request("ping");
    state.turns = 3;
    for (const uri of [TODAY, TOMORROW]) server.mcp.resourceUpdated(uri);
    expect([await second.message(), await second.message()]).toMatchObject([
      updated(TODAY),
      updated(TOMORROW),
    ]);
    server.mcp.resourceUpdated(TODAY);
    expect(await second.message()).toMatchObject(updated(TODAY));
  });
});
