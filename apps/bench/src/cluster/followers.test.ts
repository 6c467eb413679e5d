import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Target } from "../http/requests.js";
import { Followers } from "./followers.js";

/** A server that keeps every response open, by the session that it is of. */
async function serve(status = 200) {
  const open = new Map<unknown, ServerResponse>();
  const server = createServer((req, res) => {
    res.writeHead(status, { "content-type": "text/event-stream" }).flushHeaders();
    open.set(req.headers["mcp-session-id"], res);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  const target: Target = { port, mode: "sessions", answers: "sse", accept: "", revision: "2025-11-25" };
  return { open, target };
}

function followers(): Followers {
  const all = new Followers();
  onTestFinished(() => all.close());
  return all;
}

const timeoutMs = 10_000;

describe("Followers", () => {
  it("have heard when each of them was told", async () => {
    const { open, target } = await serve();
    const all = followers();
    await all.open(target, ["a", "b"]);
    const heard = all.hear("changed", timeoutMs);
    open.get("a")?.write("data: changed\n\n");
    open.get("a")?.write("data: changed\n\n");
    open.get("b")?.write("data: something else\n\n");
    expect(await Promise.race([heard, Promise.resolve("not yet")])).toBe("not yet");
    open.get("b")?.write("data: changed\n\n");
    expect(await heard).toBeGreaterThan(0);
  });

  it("say how many were not told in time", async () => {
    const { open, target } = await serve();
    const all = followers();
    await all.open(target, ["a", "b", "c"]);
    open.get("a")?.write("data: changed\n\n");
    await expect(all.hear("changed", 100)).rejects.toThrow(/[23] streams were not told/);
  });

  it("fail when a stream ends", async () => {
    const { open, target } = await serve();
    const all = followers();
    await all.open(target, ["a"]);
    const heard = all.hear("changed", timeoutMs);
    open.get("a")?.destroy();
    await expect(heard).rejects.toThrow("closed by the server");
  });

  it("fail when they get no stream", async () => {
    const { target } = await serve(404);
    await expect(followers().open(target, ["a"])).rejects.toThrow("Expected a stream, got HTTP/1.1 404");
  });
});
