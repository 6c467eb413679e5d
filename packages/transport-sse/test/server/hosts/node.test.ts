import { listening } from "@towpath/test-support/listening.js";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { nodeHandler } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";
import { stagedServer } from "../../support/stage.js";

describeHost("node:http", (mcp, options) => {
  const handler = nodeHandler(mcp, options);
  const server = createServer((request, response) => {
    handler(request, response, () => {
      const own = request.url === "/own";
      response.writeHead(own ? 200 : 404).end(own ? "the host's own" : "");
    });
  });
  return listening(server, handler);
});

it("nodeHandler answers 404 itself where nobody else does, and knows its paths", async () => {
  const handler = nodeHandler(stagedServer().mcp);
  const url = await listening(createServer(handler), handler);
  expect((await fetch(new URL("/none", url))).status).toBe(404);
  expect(["/sse", "/messages", "/mcp"].map((path) => handler.serves(path))).toEqual([true, true, false]);
});
