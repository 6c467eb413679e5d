import { createServer } from "node:http";
import { expect, it } from "vitest";
import { nodeHandler } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";
import { listening } from "@towpath/test-support/listening.js";
import { calculator } from "../../support/servers.js";

describeHost("node:http", (mcp, options) => {
  const handler = nodeHandler(mcp, options);
  const server = createServer((request, response) => {
    handler(request, response, () => {
      response.statusCode = request.url === "/own" ? 200 : 404;
      response.end("the host's own");
    });
  });
  return listening(server, handler);
});

it("nodeHandler answers 404 itself where nobody else does", async () => {
  const handler = nodeHandler(calculator());
  const url = await listening(createServer(handler), handler);
  expect((await fetch(new URL("/own", url))).status).toBe(404);
  expect([handler.serves("/mcp"), handler.serves("/own")]).toEqual([true, false]);
});
