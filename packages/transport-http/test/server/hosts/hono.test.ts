import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { fetchHandler } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";
import { listening } from "@towpath/test-support/listening.js";
import { post, toolCall } from "../../support/requests.js";
import { calculator } from "../../support/servers.js";

function served(app: Hono, handler: ReturnType<typeof fetchHandler>): Promise<string> {
  // It makes a server of node:http unless it is told otherwise.
  return listening(createAdaptorServer({ fetch: app.fetch }) as Server, handler);
}

describeHost("Hono", (mcp, options) => {
  const app = new Hono();
  const handler = fetchHandler(mcp, options);
  app.all("/mcp", (context) => handler(context.req.raw));
  app.get("/own", (context) => context.text("the host's own"));
  return served(app, handler);
});

it("a body that Hono has parsed is taken", async () => {
  const app = new Hono();
  const handler = fetchHandler(calculator());
  app.post("/mcp", async (context) => handler(context.req.raw, { body: await context.req.json() }));
  const response = await post(await served(app, handler), toolCall("stateless", "add", { a: 1, b: 2 }));
  expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
});
