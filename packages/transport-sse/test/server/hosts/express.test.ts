import { listening } from "@towpath/test-support/listening.js";
import express, { type Express } from "express";
import { createServer } from "node:http";
import { expect, it } from "vitest";
import { nodeHandler, type NodeHandler } from "../../../src/index.js";
import { describeHost, type HostStart } from "../../support/host.js";
import { stagedServer } from "../../support/stage.js";
import { Visitor } from "../../support/visitor.js";

function hosted(mount: (app: Express, handler: NodeHandler) => unknown): HostStart {
  return (mcp, options) => {
    const app = express();
    const handler = nodeHandler(mcp, options);
    mount(app, handler);
    app.get("/own", (_request, response) => void response.send("the host's own"));
    // Express is a function that node:http calls; its types let it return something.
    return listening(
      createServer((request, response) => void app(request, response)),
      handler,
    );
  };
}

describeHost(
  "Express, as middleware",
  hosted((app, handler) => app.use(handler)),
);
describeHost(
  "Express, at its paths",
  hosted((app, handler) => app.all("/sse", handler).all("/messages", handler)),
);

it("a body that Express has parsed is taken", async () => {
  const start = hosted((app, handler) => app.use(express.json(), handler));
  const visitor = await Visitor.begin(new URL("/sse", await start(stagedServer().mcp, {})).href);
  expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: { content: [{ text: "3" }] } });
});

it("a router's own prefix is part of the paths", async () => {
  const start = hosted((app, handler) => app.use("/tools", handler));
  const paths = { path: "/tools/sse", messagePath: "/tools/messages" };
  const visitor = await Visitor.begin(new URL("/tools/sse", await start(stagedServer().mcp, paths)).href);
  expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: { content: [{ text: "3" }] } });
});
