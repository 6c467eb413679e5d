import { createAdaptorServer } from "@hono/node-server";
import { listening } from "@towpath/test-support/listening.js";
import { Hono } from "hono";
import type { Server } from "node:http";
import { fetchHandler } from "../../../src/index.js";
import { describeHost } from "../../support/host.js";

describeHost("Hono", (mcp, options) => {
  const app = new Hono();
  const handler = fetchHandler(mcp, options);
  for (const path of ["/sse", "/messages"]) app.all(path, (context) => handler(context.req.raw));
  app.get("/own", (context) => context.text("the host's own"));
  // It makes a server of node:http unless it is told otherwise.
  return listening(createAdaptorServer({ fetch: app.fetch }) as Server, handler);
});
