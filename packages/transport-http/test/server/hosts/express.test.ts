import { createServer } from "node:http";
import express, { type Express } from "express";
import { expect, it } from "vitest";
import { nodeHandler, type NodeHandler } from "../../../src/index.js";
import { describeHost, type HostStart } from "../../support/host.js";
import { listening } from "@towpath/test-support/listening.js";
import { post, toolCall } from "../../support/requests.js";
import { calculator } from "../../support/servers.js";

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
  "Express, at a path",
  hosted((app, handler) => app.all("/mcp", handler)),
);

it("a body that Express has parsed is taken", async () => {
  const start = hosted((app, handler) => app.use(express.json(), handler));
  const response = await post(await start(calculator(), {}), toolCall("stateless", "add", { a: 1, b: 2 }));
  expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
});

it("a router's own prefix does not hide the path", async () => {
  const start = hosted((app, handler) => app.use("/mcp", handler));
  const response = await post(await start(calculator(), {}), toolCall("handshake", "add", { a: 1, b: 2 }));
  expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
});
