import { memoryState } from "@towpath/mcp-core";
import type { Principal } from "@towpath/mcp-core/transport";
import { describe, expect, it, vi } from "vitest";
import { fetchHandler } from "../../../src/index.js";
import { Client, initialize } from "../../support/client.js";
import { like } from "@towpath/test-support/like.js";
import { CountedLinks } from "@towpath/test-support/counted-links.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { INITIALIZE, POST_HEADERS } from "../../support/requests.js";
import { calculator } from "../../support/servers.js";
import { stage } from "../../support/stage.js";

const NOBODY = "00000000-0000-4000-8000-000000000000";

const byName = {
  authorize: ({ headers }: { headers: Headers | { get(name: string): string | null } }) => {
    const id = headers.get("x-name");
    return id === null ? undefined : { id };
  },
};

describe("a session", () => {
  it("begins with initialize, which names it by an id of visible ASCII characters", async () => {
    const { url } = await stage({ sessions: true });
    const [first, second] = [await Client.begin(url), await Client.begin(url)];
    expect(first.session).toMatch(/^[\x21-\x7e]{32,}$/);
    expect(second.session).not.toBe(first.session);
  });

  it("is not named by an initialize that failed", async () => {
    const { url, links } = await stage({ sessions: true });
    const response = await fetch(url, {
      method: "POST",
      headers: POST_HEADERS,
      body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params: {} }),
    });
    expect(await response.json()).toMatchObject({ id: 0, error: { code: -32602 } });
    expect(response.headers.get("mcp-session-id")).toBeNull();
    await links.none();
  });

  it("remembers what was agreed on and set, in every further request", async () => {
    const { url } = await stage({ sessions: true });
    const client = await Client.begin(url);
    expect(await client.request("logging/setLevel", { level: "info" })).toMatchObject({ result: {} });
    const told = await client.call("say", { text: "hello" });
    expect(await told.rest()).toMatchObject([{ method: "notifications/message" }, { result: {} }]);
  });

  it("knows its principal as the request at hand has it", async () => {
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): Principal => ({
      id: "somebody",
      scopes: [headers.get("x-scope") ?? "none"],
    });
    const { url, mcp } = await stage({ sessions: true, authorize });
    mcp.tool("scopes", {}, (_args, { principal }) => String(principal?.scopes));
    const client = await Client.begin(url, { headers: { "x-scope": "read" } });
    for (const scope of ["read", "write"]) {
      const call = client.at(url, { "x-scope": scope }).request("tools/call", { name: "scopes" });
      expect(await call).toMatchObject({ result: { content: [{ text: scope }] } });
    }
  });

  it("shows no request the scopes of another that comes meanwhile", async () => {
    const authorize = ({ headers }: { headers: { get(name: string): string | null } }): Principal => ({
      id: "somebody",
      scopes: [headers.get("x-scope") ?? "none"],
    });
    const { url, playing } = await stage({ sessions: true, authorize });
    const client = await Client.begin(url, { headers: { "x-scope": "read" } });
    const call = client.call("play", { name: "long" });
    const { ctx, end } = await playing("long");
    await client.at(url, { "x-scope": "admin" }).request("ping");
    expect(ctx.principal?.scopes).toEqual(["read"]);
    await ctx.progress(1);
    end("done");
    await (await call).rest();
  });

  it("loses no result because something else could not be kept", async () => {
    const state = memoryState();
    const { url, playing } = await stage(
      { sessions: true, onError: () => undefined },
      { state, onError: () => undefined },
    );
    const client = await Client.begin(url);
    const call = client.call("play", { name: "paying" });
    const { ctx, end } = await playing("paying");
    await ctx.progress(1);
    const failing = vi.spyOn(state.records, "replace").mockRejectedValue(new Error("away"));
    const setting = await client.request("logging/setLevel", { level: "info" });
    end("paid");
    expect(setting).toMatchObject({ error: { code: -32603 } });
    expect(failing).toHaveBeenCalled();
    expect((await (await call).rest()).at(-1)).toMatchObject({ result: { content: [{ text: "paid" }] } });
  });

  it("is not introduced twice", async () => {
    const { url } = await stage({ sessions: true });
    const client = await Client.begin(url);
    const again = await client.request("initialize", INITIALIZE.message.params ?? {});
    expect(again).toMatchObject({ error: { code: -32600 } });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["none", {}],
    ["another", { "mcp-protocol-version": "2025-03-26" }],
  ])("goes by its own revision where a request names %s", async (_which, version) => {
    const { url } = await stage({ sessions: true });
    const { session } = await Client.begin(url, { revision: "2025-11-25" });
    const response = await fetch(url, {
      method: "POST",
      headers: { ...POST_HEADERS, ...version, "mcp-session-id": session },
      body: JSON.stringify([{ jsonrpc: "2.0", id: 1, method: "ping" }]),
    });
    expect(response.status).toBe(400); // batches were removed after 2025-03-26
  });

  it("ends with DELETE, and with it all that goes on in it", async () => {
    const { url, playing, links } = await stage({ sessions: true });
    const client = await Client.begin(url);
    const listening = await client.get();
    const call = client.call("play", { name: "long" });
    const { ctx, aborted } = await playing("long");
    await ctx.progress(1);
    expect(await client.end()).toBe(204);
    await aborted;
    expect(await listening.rest()).toEqual([]);
    expect(await (await call).rest()).toMatchObject([
      { method: "notifications/progress" },
      { error: { code: -32600, message: expect.stringContaining("session was ended") as string } },
    ]);
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status).toBe(404);
    await links.none();
  });

  it("has so many requests and streams open, and a new GET stream takes the place of the old", async () => {
    const { url, playing } = await stage({ sessions: true, limits: { maxStreamsPerSession: 2 } });
    const client = await Client.begin(url);
    const old = await client.get();
    const call = client.call("play", { name: "one" });
    const { end } = await playing("one");
    const refused = await client.post({ jsonrpc: "2.0", id: 9, method: "ping" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await refused.json()).toMatchObject({
      id: 9,
      error: { message: like("2 requests") },
    });
    expect((await client.get()).status).toBe(200);
    expect(await old.rest()).toEqual([]);
    end("done");
    await (await call).rest();
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });

  it("begins where it may have one request at a time", async () => {
    const { url } = await stage({ sessions: true, limits: { maxStreamsPerSession: 1 } });
    const client = await Client.begin(url);
    expect(await client.request("ping")).toMatchObject({ result: {} });
  });
});

describe("a request in sessions", () => {
  it("gets 400 where it names no session", async () => {
    const { url } = await stage({ sessions: true });
    const client = new Client(url);
    expect((await client.post({ jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(400);
    expect(await client.notify("notifications/initialized")).toBe(400);
    expect(await client.answer(1, {})).toBe(400);
    expect((await client.get()).status).toBe(400);
    expect(await client.end()).toBe(400);
  });

  it("gets 404 where there is no such session", async () => {
    const { url } = await stage({ sessions: true });
    const client = new Client(url, { headers: { "mcp-session-id": NOBODY } });
    const refused = await client.post({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect([refused.status, await refused.json()]).toMatchObject([404, { id: 1 }]);
    expect((await client.post(INITIALIZE.message)).status).toBe(404);
    expect(await client.notify("notifications/initialized")).toBe(404);
    expect(await client.answer(1, {})).toBe(404);
    expect((await client.get()).status).toBe(404);
    expect(await client.end()).toBe(404);
  });

  it("gets 404 where the session is somebody else's, whatever it asks for", async () => {
    const { url } = await stage({ sessions: true, ...byName });
    const owner = await Client.begin(url, { headers: { "x-name": "owner" } });
    const thief = owner.at(url, { "x-name": "thief" });
    expect((await thief.post({ jsonrpc: "2.0", id: 1, method: "tools/list" })).status).toBe(404);
    expect((await thief.get()).status).toBe(404);
    expect(await thief.end()).toBe(404);
    expect(await owner.request("ping")).toMatchObject({ result: {} });
  });

  it("of the stateless era needs none", async () => {
    const { url } = await stage({ sessions: true });
    const client = new Client(url, { revision: "2026-07-28" });
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta } };
    const response = await client.post(message, { "mcp-method": "tools/list" });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { result: { tools: [{ name: "play" }, { name: "say" }] } },
    ]);
  });
});

describe("sessions", () => {
  it("are as many as there may be, and room is made by ending one", async () => {
    const { url } = await stage({ sessions: true, limits: { maxSessions: 2 } });
    const [first] = [await Client.begin(url), await Client.begin(url)] as const;
    const refused = await initialize(url);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.headers.get("mcp-session-id")).toBeNull();
    expect(await refused.json()).toMatchObject({
      id: 0,
      error: { message: like("maxSessions") },
    });
    await first.end();
    expect((await initialize(url)).status).toBe(200);
  });

  it("keep what was set when they have been idle for so long that their link was given up", async () => {
    const links = new CountedLinks(calculator());
    const handle = fetchHandler(links, { sessions: true });
    const send = (message: object, session?: string): Promise<Response> =>
      handle(
        new Request("http://127.0.0.1/mcp", {
          method: "POST",
          headers: { ...POST_HEADERS, ...(session !== undefined && { "mcp-session-id": session }) },
          body: JSON.stringify(message),
        }),
      );
    const begin = async (): Promise<string> =>
      (await send(INITIALIZE.message)).headers.get("mcp-session-id") ?? "";
    const first = await begin();
    const level = { jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "debug" } };
    expect((await send(level, first)).status).toBe(200);
    for (let count = 0; count < 1100; count++) await begin();
    await nextTurn();
    expect(links.count).toBe(1024);
    const again = await send({ jsonrpc: "2.0", id: 2, method: "tools/list" }, first);
    expect(await again.json()).toMatchObject({ result: { tools: [{ name: "add" }] } });
    await handle.drain();
    expect(links.count).toBe(0);
  });
});
