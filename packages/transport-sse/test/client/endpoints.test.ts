import { like } from "@towpath/test-support/like.js";
import { describe, expect, it } from "vitest";
import { CONNECTORS, connected, rejection } from "../support/clients.js";
import { ScriptedServer } from "../support/scripted-server.js";

const SECRET = "s3cr3t";

/** What a server may say that means no good, and the origin that is named. */
const ENDPOINTS: readonly (readonly [uri: string, problem: string, origin?: string])[] = [
  [`http://evil.example/m?session=${SECRET}`, "http://evil.example, which is another", "http://evil.example"],
  [`//evil.example/${SECRET}`, "http://evil.example, which is another origin", "http://evil.example"],
  [`\\\\evil.example\\${SECRET}`, "http://evil.example, which is another origin", "http://evil.example"],
  [`/\\evil.example/${SECRET}`, "http://evil.example, which is another origin", "http://evil.example"],
  [`https://<host>/${SECRET}`, "https://<host>, which is another origin", "https://<host>"],
  [`http://<host>.evil.example/${SECRET}`, "what is no URI"],
  [`http://127.0.0.1/${SECRET}`, "http://127.0.0.1, which is another origin", "http://127.0.0.1"],
  [`http://${SECRET}@evil.example/`, "http://evil.example, which is another origin", "http://evil.example"],
  [`http://user:${SECRET}@<host>/m`, "a URI with credentials in it", "http://<host>"],
  [`javascript:fetch("/${SECRET}")`, "a URI of javascript:, which is not HTTP"],
  [`file:///etc/${SECRET}`, "a URI of file:, which is not HTTP"],
  [`ws://<host>/${SECRET}`, "a URI of ws:, which is not HTTP"],
  [`data:text/plain,${SECRET}`, "a URI of data:, which is not HTTP"],
  [`http://[${SECRET}`, "what is no URI"],
  [`/\t/evil.example/${SECRET}`, "what is no URI"],
  [`/m\ndata: ${SECRET}`, "what is no URI"],
  [`/${"m".repeat(8_192)}${SECRET}`, "a URI of more than 8192 characters"],
];

describe.each(CONNECTORS)("over %s, a server that says to post messages to", (_name, sse) => {
  it.each(ENDPOINTS.map(([uri, problem, origin]) => ({ uri, problem, origin })))(
    "$uri is refused, and told of nothing",
    async ({ uri, problem, origin }) => {
      const server = await ScriptedServer.start();
      const { host } = new URL(server.url);
      const given = uri.replace("<host>", host);
      server.opening((stream) => stream.open().endpoint(given));
      const outcome = await rejection(connected(server.url, { sse }));
      expect(outcome).toMatchObject({ name: "EndpointError", origin: server.origin });
      expect(outcome).toHaveProperty("endpointOrigin", origin?.replace("<host>", host));
      // All that is rejected is an error.
      const { message } = outcome as Error;
      expect(message).toContain(
        `at ${server.origin} says to post messages to ${problem.replace("<host>", host)}`,
      );
      expect(message).not.toContain(SECRET);
      expect(server.posts).toEqual([]);
      await (
        await server.stream()
      ).over;
    },
  );

  it("too much before it says where is refused", async () => {
    const server = await ScriptedServer.start((stream) => stream.open().write(": x\n".repeat(20_000)));
    expect(await rejection(connected(server.url, { sse }))).toMatchObject({
      name: "UnreadableResponseError",
      message: like("before an endpoint"),
    });
    await (
      await server.stream()
    ).over;
  });

  it("an endpoint without an end is refused", async () => {
    const server = await ScriptedServer.start((stream) =>
      stream.open().write(`event: endpoint\ndata: ${"x".repeat(100_000)}`),
    );
    expect(await rejection(connected(server.url, { sse }))).toMatchObject({
      name: "UnreadableResponseError",
    });
    await (
      await server.stream()
    ).over;
  });
});
