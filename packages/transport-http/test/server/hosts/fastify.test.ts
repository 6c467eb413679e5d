import fastify from "fastify";
import { expect, it } from "vitest";
import { nodeHandler } from "../../../src/index.js";
import { describeHost, type HostStart } from "../../support/host.js";
import { listening } from "@towpath/test-support/listening.js";
import { post, toolCall } from "../../support/requests.js";
import { calculator } from "../../support/servers.js";

const hosted: HostStart = async (mcp, options) => {
  const app = fastify();
  const handler = nodeHandler(mcp, options);
  // The body is left alone, so that its limits are those of the endpoint.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all("/mcp", (request, reply) => {
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
  const handler = nodeHandler(calculator());
  app.post("/mcp", (request, reply) => {
    reply.hijack();
    handler(request.raw, reply.raw, { body: request.body });
  });
  await app.ready();
  const response = await post(
    await listening(app.server, handler),
    toolCall("stateless", "add", { a: 1, b: 2 }),
  );
  expect(await response.json()).toMatchObject({ result: { content: [{ text: "3" }] } });
});
