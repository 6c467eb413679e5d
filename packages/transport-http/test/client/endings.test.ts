import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ManualClock } from "@towpath/mcp-core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFixture, type Fixture } from "../support/build-fixture.js";
import { connected, rejection } from "../support/clients.js";
import { ERAS } from "../support/requests.js";
import { initialized, ScriptedServer, type Handler } from "../support/scripted-server.js";

const DONE = { content: [{ type: "text", text: "done" }] };

const HANDLERS: Readonly<Record<string, Handler>> = {
  initialize: (call) => call.result(initialized(), { "mcp-session-id": "s" }),
  GET: (call) => void call.stream().write(": open\n\n"),
  ping: (call) => call.result(),
  "tools/call": (call) => {
    if (call.message.params?.["name"] === "play") call.result(DONE);
    else call.stream().progress(1, { id: "a" });
  },
};

describe("a process whose client was closed", () => {
  let fixture: Fixture | undefined;
  beforeAll(async () => {
    fixture = await buildFixture("visitor");
  });
  afterAll(() => fixture?.remove());

  it.each(["node:http", "fetch"].flatMap((via) => ERAS.map((era) => [via, era] as const)))(
    "exits, over %s in the %s era, with streams open until then",
    async (via, era) => {
      const server = await ScriptedServer.start(era, HANDLERS);
      const args = [fixture?.path ?? "", server.url, via, era];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
      expect(JSON.parse(stdout)).toEqual([DONE.content, "ConnectionLostError"]);
      expect(stderr).toBe("");
      await server.unused();
    },
  );
});

describe("a client that was closed", () => {
  it.each(ERAS)("has no connection left, and no timer, in the %s era", async (era) => {
    const clock = new ManualClock();
    const server = await ScriptedServer.start(era, HANDLERS);
    const client = await connected(server.url, { http: { clock } });
    await Promise.all(Array.from({ length: 10 }, () => client.callTool("play")));
    const waiting = Array.from({ length: 10 }, () => rejection(client.callTool("wait")));
    await server.seen("tools/call", 20);
    await client.close();
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ name: "ConnectionLostError" });
    await server.unused();
    // What is watched for has ended: the watch runs out, and nothing comes after it.
    clock.advance(1_000_000);
    expect(clock.pending).toBe(0);
  });

  it("sends nothing more", async () => {
    const server = await ScriptedServer.start("handshake", HANDLERS);
    const client = await connected(server.url);
    await client.close();
    const count = server.calls.length;
    expect(await rejection(client.callTool("play"))).toMatchObject({
      name: "ConnectionLostError",
      mayHaveBeenDelivered: false,
    });
    await client.close();
    await server.quiet();
    expect(server.calls).toHaveLength(count);
  });
});
