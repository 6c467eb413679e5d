import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settled, type Wire } from "../../test/support/link.js";
import {
  legacy,
  modern,
  scriptedServer,
  type FarEnd,
  type Script,
} from "../../test/support/scripted-server.js";
import type { ClientTransport, MessageReceiver } from "../contract/index.js";
import type { JsonObject, JsonRpcMessage, JsonValue } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";
import type { McpClientOptions } from "./options.js";

const DECLARED: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  logging: {},
};
const DONE = { resultType: "complete", content: [] };
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

const answering: Script = ({ id, method, params }, to) => {
  if (method === "subscriptions/listen")
    to.send({
      jsonrpc: "2.0",
      method: ACKNOWLEDGED,
      params: { notifications: params?.["notifications"], _meta: { [Meta.subscriptionId]: id ?? 0 } },
    });
  else if (method === "tools/call") to.result(id, DONE);
  else if (id !== undefined && method !== undefined) to.result(id, {});
};

const ERAS = [
  ["handshake", legacy(answering, DECLARED)],
  ["stateless", modern(answering, DECLARED)],
] as const;

interface Attacked {
  readonly client: McpClient;
  readonly receiver: MessageReceiver;
  readonly end: FarEnd;
  readonly noise: string[];
  readonly replies: () => Wire[];
}

/** A client that takes and answers everything, and listens in both ways. */
async function attacked(script: Script): Promise<Attacked> {
  const server = scriptedServer(script);
  const noise: string[] = [];
  let receiver: MessageReceiver | undefined;
  const transport: ClientTransport = {
    ...server.transport,
    connect: (given) => server.transport.connect((receiver = given)),
  };
  const options: McpClientOptions = {
    clock: new ManualClock(),
    elicit: () => ({ action: "decline" }),
    openUrl: () => ({ action: "decline" }),
    sample: () => ({ role: "assistant", model: "m", content: { type: "text", text: "Hi" } }),
    roots: [{ uri: "file:///home" }],
    onLog: () => undefined,
    onNotification: () => undefined,
    onError: () => undefined,
    onNoise: (description) => void noise.push(description),
  };
  const client = await McpClient.connect(transport, options);
  await client.listen({ toolsListChanged: true, resourceSubscriptions: ["note://1"] }, () => undefined);
  await client.listen({ promptsListChanged: true, resourceSubscriptions: ["note://"] });
  const [end] = server.connections;
  if (end === undefined || receiver === undefined) throw new Error("The client did not connect");
  return {
    client,
    receiver,
    end,
    noise,
    replies: () => end.received.filter(({ method }) => method === undefined),
  };
}

/** Hands over whatever a transport may have taken for a message. */
function hand({ receiver }: Attacked, message: unknown): void {
  receiver.message(message as JsonRpcMessage); // transports look at no more than the envelope
}

const METHODS = [
  "notifications/cancelled",
  "notifications/progress",
  "notifications/message",
  "notifications/elicitation/complete",
  "notifications/resources/updated",
  "notifications/resources/list_changed",
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  ACKNOWLEDGED,
  "ping",
  "roots/list",
  "sampling/createMessage",
  "elicitation/create",
  "__proto__",
];

const MEMBERS = [
  "_meta",
  "requestId",
  "reason",
  "progressToken",
  "progress",
  "level",
  "data",
  "uri",
  "notifications",
  "resourceSubscriptions",
  "elicitationId",
  "mode",
  "url",
  "message",
  "requestedSchema",
  "messages",
  "maxTokens",
  "tools",
  "__proto__",
  Meta.subscriptionId,
];

const value = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    {
      weight: 3,
      arbitrary: fc.constantFrom<JsonValue>(null, true, 0, 1, 2, "", "a", "note://1", "form", [], {}),
    },
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...MEMBERS), tie("value")), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
}));

const message = fc.record(
  {
    jsonrpc: fc.constant("2.0"),
    id: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.string({ maxLength: 2 })),
    method: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...METHODS) }, fc.string({ maxLength: 3 })),
    params: fc.oneof(
      { weight: 3, arbitrary: value.object },
      value.value,
      fc.constantFrom<JsonValue>(null, [], [{}], "s", 7, true),
    ),
  },
  { requiredKeys: ["jsonrpc", "method"] },
);

describe.each(ERAS)("a client of a hostile server of the %s era", (era, script) => {
  it("fails at nothing that may arrive, and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 40, size: "max" }), async (messages) => {
        const target = await attacked(script);
        for (const each of messages) {
          hand(target, each);
          target.end.send(each as JsonRpcMessage); // the same through the connection
        }
        await settled();
        expect(await target.client.callTool("a")).toEqual(DONE);
        await target.client.close();
      }),
      { numRuns: 150 },
    );
  });

  it.each([[null], [[]], [[1]], ["s"], [7], [true]])(
    "takes a notification with the params %j for noise",
    async (params) => {
      const target = await attacked(script);
      for (const method of METHODS) hand(target, { jsonrpc: "2.0", method, params });
      expect(target.noise).toHaveLength(METHODS.length);
      expect(target.noise[0]).toContain("params must be an object, not");
      expect(await target.client.callTool("a")).toEqual(DONE);
      await target.client.close();
    },
  );

  it.each(["ping", "roots/list", "acme/ask"])(
    "is asked %s with params that are no object",
    async (method) => {
      const target = await attacked(script);
      target.end.send({ jsonrpc: "2.0", id: "q", method, params: null as never });
      await settled();
      if (era === "handshake") {
        const error = { code: -32602, message: "Invalid params: params must be an object, not null" };
        expect(target.replies()).toEqual([{ jsonrpc: "2.0", id: "q", error }]);
      } else {
        expect(target.replies()).toEqual([]);
        expect(target.noise).toEqual([expect.stringContaining("not answered in this era")]);
      }
      await target.client.close();
    },
  );

  it("goes on when what changed is nested deeper than JSON can be written", async () => {
    const target = await attacked(script);
    const deep: JsonValue = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as JsonValue; // lists of lists
    for (const subscription of [1, 2, 3, 4])
      for (const method of METHODS) {
        const _meta = { [Meta.subscriptionId]: subscription };
        hand(target, { jsonrpc: "2.0", method, params: { uri: "note://1", deep, _meta } });
      }
    await settled();
    expect(await target.client.callTool("a")).toEqual(DONE);
    await target.client.close();
  });
});
