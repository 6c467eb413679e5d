import { McpServer } from "@towpath/mcp-core";
import { httpServer } from "@towpath/mcp-core/http-node";
import { expect, it, onTestFinished } from "vitest";
import { sse } from "../../src/index.js";
import { stagedServer } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

it("several are served on one port, each with its own sessions", async () => {
  const { mcp } = stagedServer();
  const other = { path: "/other/sse", messagePath: "/other/messages" };
  const { urls, drain } = await mcp.start(httpServer({ port: 0 }, sse(), sse(other)));
  onTestFinished(() => drain({ timeoutMs: 0 }));
  expect(urls.map((url) => new URL(url).pathname)).toEqual(["/sse", "/other/sse"]);
  const [first, second] = await Promise.all(urls.map((url) => Visitor.begin(url)));
  expect(second?.endpoint.pathname).toBe("/other/messages");
  expect(await second?.request("ping")).toMatchObject({ result: {} });
  const elsewhere = new URL(`/messages${second?.endpoint.search ?? ""}`, urls[0]);
  expect((await first?.post({ jsonrpc: "2.0", id: 1, method: "ping" }, {}, elsewhere))?.status).toBe(404);
});

it("two that have a path in common are refused", async () => {
  const parts = [sse(), sse({ path: "/other" })];
  const start = new McpServer("twice").start(httpServer({ port: 0 }, ...parts));
  await expect(start).rejects.toThrow(/paths of a server must differ, and \/messages is there twice/);
});
