import { listening } from "@towpath/test-support/listening.js";
import fastify from "fastify";
import { expect, it } from "vitest";
import { nodeHandler } from "../../../src/index.js";
import { describeHost, type HostStart } from "../../support/host.js";
import { stagedServer } from "../../support/stage.js";
import { Visitor } from "../../support/visitor.js";

const hosted: HostStart = async (mcp, options) => {
  const app = fastify();
  const handler = nodeHandler(mcp, options);
  // The body is left alone, so that its limits are those of the endpoint.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    for (const path of ["/sse", "/messages"])
      scope.all(path, (request, reply) => {
        reply.hijack();
        handler(request.raw, reply.raw);
      });
  });
  app.get("/own", () => "the host's own");
  await app.ready();
  return listening(app.server, handler);
};

describeHost("Fastify", hosted);

it("a body that Fastify has parsed is taken", async () => {
  const app = fastify();
  const handler = nodeHandler(stagedServer().mcp);
  for (const path of ["/sse", "/messages"])
    app.all(path, (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw, { body: request.body });
    });
  await app.ready();
  const visitor = await Visitor.begin(new URL("/sse", await listening(app.server, handler)).href);
  expect(await visitor.call("add", { a: 1, b: 2 })).toMatchObject({ result: { content: [{ text: "3" }] } });
});
