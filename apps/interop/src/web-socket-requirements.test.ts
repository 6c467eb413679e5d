import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { McpClient } from "@towpath/mcp-core";
import { webSocket, webSocketClient } from "@towpath/transport-ws";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createReferenceServer } from "./fixtures/reference-server.js";
import { isNotification, RawClient, textOf } from "./harness/client.js";
import { kindsOf, type Message } from "./harness/inbox.js";
import { WebSocketPeer } from "./harness/ws/web-socket-peer.js";
import { req } from "./requirements/index.js";
import { ALL, HANDSHAKE } from "./requirements/requirement.js";

/** Where the reference server is, until the test is over. */
async function serve(): Promise<string> {
  const running = await createReferenceServer().start(webSocket({ port: 0 }));
  onTestFinished(() => running.drain({ timeoutMs: 0 }));
  return running.urls[0] ?? "";
}

/** What passes between a client and that server, one way and the other, and whether it was text. */
async function between(upstream: string) {
  const passed: { readonly text: string; readonly isBinary: boolean }[] = [];
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "mcp" });
  onTestFinished(() => {
    server.close();
  });
  server.on("connection", (near) => {
    const far = new WebSocket(upstream, "mcp", { perMessageDeflate: false });
    const opened = once(far, "open");
    pass(near, far, opened);
    pass(far, near);
  });
  const pass = (from: WebSocket, to: WebSocket, ready: Promise<unknown> = Promise.resolve()): void => {
    from.on("message", (data: Buffer, isBinary) => {
      passed.push({ text: data.toString(), isBinary });
      void ready.then(() => to.send(data, { binary: isBinary }));
    });
    from.on("close", () => {
      to.close();
    });
  };
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${String(port)}`, passed };
}

describe.each(ALL)("over a WebSocket, in revision %s", (revision) => {
  it(req("websocket.message-format"), async () => {
    const { url, passed } = await between(await serve());
    const client = await McpClient.connect(webSocketClient(url), { revisions: [revision] });
    const progress: number[] = [];
    const onProgress = (told: { readonly progress: number }) => void progress.push(told.progress);
    await client.callTool("report", { values: [1, 2] }, { onProgress });
    await client.listTools();
    await client.close();
    expect(progress).toEqual([1, 2]);
    expect(passed.length).toBeGreaterThan(5);
    for (const { text, isBinary } of passed) {
      expect(isBinary).toBe(false);
      // Written by the two that are tested.
      const message = JSON.parse(text) as Message;
      expect(message).toMatchObject({ jsonrpc: "2.0" });
      expect(kindsOf(message)).toHaveLength(1);
    }
  });
});

describe.each(HANDSHAKE)("over a WebSocket, in revision %s", (revision) => {
  it(req("websocket.lifecycle"), async () => {
    const url = await serve();
    const leaving = new RawClient(await WebSocketPeer.open(url), revision);
    const staying = new RawClient(await WebSocketPeer.open(url), revision);
    await leaving.introduce();
    expect(await staying.request("tools/list")).toHaveProperty("error");
    await staying.introduce();
    leaving.sendCall("wait", { key: revision }, { meta: { progressToken: "begun" } });
    await leaving.peer.next(isNotification("notifications/progress"));
    await leaving.peer.end();
    expect(await staying.call("await_abort", { key: revision })).toHaveProperty("result");
    await staying.peer.end();
  });
});

describe("over a WebSocket, in revision 2026-07-28", () => {
  const CLIENT = "io.modelcontextprotocol/clientInfo";

  it(req("websocket.metadata"), async () => {
    const client = new RawClient(await WebSocketPeer.open(await serve()), "2026-07-28");
    for (const name of ["one", "another"]) {
      const answer = await client.call("whoami", {}, { meta: { [CLIENT]: { name, version: "1" } } });
      expect(JSON.parse(textOf(answer))).toMatchObject({ client: { info: { name } } });
    }
    client.peer.send({ jsonrpc: "2.0", id: "bare", method: "tools/list" });
    expect(await client.response("bare")).toHaveProperty("error");
    await client.peer.end();
  });

  it(req("websocket.patterns"), async () => {
    const url = await serve();
    const client = new RawClient(await WebSocketPeer.open(url), "2026-07-28");
    const other = new RawClient(await WebSocketPeer.open(url), "2026-07-28");
    await other.call("report", { values: [1] }, { meta: { progressToken: "theirs" } });
    await other.call("log_all", {}, { meta: { "io.modelcontextprotocol/logLevel": "debug" } });
    await other.call("add_tool", { text: "newcomer" });
    expect(await client.settled()).toEqual([]);
    await client.call("report", { values: [1] }, { meta: { progressToken: "ours" } });
    expect(await client.settled()).toMatchObject([
      { method: "notifications/progress", params: { progressToken: "ours" } },
    ]);
    await client.peer.end();
    await other.peer.end();
  });

  it(req("websocket.documented"), () => {
    const readme = readFileSync(new URL("../../../packages/transport-ws/README.md", import.meta.url), "utf8");
    for (const what of ["Establishment", "Framing", "Cancellation"]) expect(readme).toContain(`**${what}.**`);
  });
});
