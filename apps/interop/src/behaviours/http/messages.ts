import type { JsonValue } from "@towpath/mcp-core";
import { expect } from "vitest";
import type { RawText } from "../../harness/harness.js";
import type { HttpReply } from "../../harness/http/reply.js";
import { isRequest } from "../asking.js";
import type { HttpBehaviours } from "./index.js";

export const messages = {
  "http.endpoint": async ({ client }) => {
    const { pathname } = client.server.url;
    for (const path of [pathname, `${pathname}?of=somebody`]) {
      expect(await client.server.send({ path, body: PING }).then(emptied)).not.toHaveProperty("status", 404);
    }
    for (const path of ["/", `${pathname}/other`, `${pathname}x`, "/other"]) {
      expect(await client.server.send({ path, body: PING }).then(emptied)).toHaveProperty("status", 404);
    }
  },
  "http.notification-accepted": async ({ client }) => {
    for (const method of [
      "notifications/unknown",
      "notifications/cancelled",
      "notifications/roots/list_changed",
    ]) {
      await expectAccepted(await client.notify(method, { some: "thing" }));
    }
  },
  "http.answer-accepted": async ({ client }) => {
    const calling = await client.call("ping_client");
    const question = await nextRequest(calling);
    await expectAccepted(await client.post({ jsonrpc: "2.0", id: question.id ?? null, result: {} }));
    expect(await calling.response()).toMatchObject({ result: { content: [{ text: "pinged" }] } });
  },
  "http.not-accepted": async ({ client }) => {
    const refused: readonly (JsonValue | RawText)[] = [
      { raw: "this is no JSON" },
      5,
      [],
      { jsonrpc: "2.0", method: 5 },
      { jsonrpc: "1.0", method: "notifications/initialized" },
    ];
    for (const body of refused) await expectRefused(await client.postRaw(body));
    await expectRefused(await client.postRaw({ raw: "" }));
    const unasked = await client.post({ jsonrpc: "2.0", id: "nobody asked", result: {} });
    expect(unasked.status).toBe(400);
    expect((await unasked.message()).id ?? null).toBeNull();
    const asText = { "content-type": "text/plain" };
    await expectRefused(await client.notify("notifications/unknown", {}, asText));
  },
  "http.response-types": async (trial) => {
    const { client } = trial;
    const quick = await client.request("tools/list", {}, { id: "quick" });
    expect(quick).toMatchObject({ status: 200, type: "application/json" });
    expect(await quick.message()).toMatchObject({
      id: "quick",
      result: { tools: expect.anything() as unknown },
    });
    const streaming = trial.clientOf(await trial.server({ answers: "stream" }));
    await streaming.introduce();
    const streamed = await streaming.request("tools/list", {}, { id: "streamed" });
    expect(streamed).toMatchObject({ status: 200, type: "text/event-stream" });
    expect(await streamed.messages()).toMatchObject([{ id: "streamed", result: {} }]);
  },
  "http.batch-response": async ({ client }) => {
    const quick = ["one", "two"].map((id) => client.message("ping", {}, { id }));
    const notification = { jsonrpc: "2.0", method: "notifications/unknown" } as const;
    expect(await idsIn(await client.postRaw([...quick, notification]))).toEqual(["one", "two"]);
    const meta = { progressToken: "batched" };
    const slow = ["three", "four"].map((id) =>
      client.message("tools/call", { name: "report", arguments: { values: [1, 2] } }, { id, meta }),
    );
    expect(await idsIn(await client.postRaw(slow))).toEqual(["four", "three"]);
  },
  "http.unknown-method": async ({ client }) => {
    for (const method of ["nothing/known", "initialize", "resources/subscribe"]) {
      const refused = await client.request(method, {}, { id: "unknown" });
      expect(refused.status).toBe(404);
      expect(await refused.message()).toMatchObject({ id: "unknown", error: { code: -32601 } });
    }
  },
  "http.malformed-request": async ({ client }) => {
    for (const missing of ["protocolVersion", "clientCapabilities"]) {
      const meta = { [`io.modelcontextprotocol/${missing}`]: undefined };
      const refused = await client.request("tools/list", {}, { id: "malformed", meta });
      expect(refused.status).toBe(400);
      expect(await refused.message()).toMatchObject({ id: "malformed", error: { code: -32602 } });
    }
  },
  "http.missing-capability": async ({ client }) => {
    const refused = await client.call("need_sampling", {}, { id: "incapable" });
    expect(refused.status).toBe(400);
    expect(await refused.message()).toMatchObject({ id: "incapable", error: { code: -32021 } });
  },
  "http.earlier-revisions": async (trial) => {
    const client = trial.clientOf(await trial.server({}, { revisions: ["2026-07-28"] }));
    for (const headers of [{}, { "last-event-id": "any.1" }, { "mcp-session-id": "any" }]) {
      for (const version of [undefined, "2025-11-25", client.revision]) {
        const earlier = { ...headers, "mcp-protocol-version": version };
        expect(await emptied(await client.get(earlier))).toHaveProperty("status", 405);
        expect(await emptied(await client.delete(earlier))).toHaveProperty("status", 405);
      }
      const served = await client.request("tools/list", {}, { headers });
      expect(served.status).toBe(200);
      expect(served.headers).not.toHaveProperty("mcp-session-id");
      expect(await served.result()).toHaveProperty("tools");
    }
  },
  "http.declared": async ({ client }) => {
    const { capabilities } = await (await client.greet()).result();
    expect(capabilities).toMatchObject({ tools: {}, prompts: {}, resources: {} });
    expect(capabilities).not.toHaveProperty("logging");
    for (const kind of ["tools", "prompts", "resources"]) {
      expect(capabilities).not.toHaveProperty([kind, "listChanged"], true);
    }
    expect(capabilities).not.toHaveProperty("resources.subscribe", true);
  },
} satisfies HttpBehaviours;

const PING = { jsonrpc: "2.0", id: "ping", method: "ping" };

/** The reply, when its body was read. */
export async function emptied(reply: HttpReply): Promise<HttpReply> {
  await reply.text();
  return reply;
}

export async function expectAccepted(reply: HttpReply): Promise<void> {
  expect([reply.status, await reply.text()]).toEqual([202, ""]);
}

export async function expectRefused(reply: HttpReply): Promise<void> {
  await reply.text();
  expect(reply.status).toSatisfy((status: number) => status >= 400 && status < 500);
}

/** The first request of the server's on a stream. */
export async function nextRequest(reply: HttpReply) {
  for (let message = await reply.next(); message !== undefined; message = await reply.next()) {
    if (isRequest(message)) return message;
  }
  throw new Error("The stream ended without a request");
}

/** The ids of the responses to a batch, in whatever order and however they came. */
async function idsIn(reply: HttpReply): Promise<readonly unknown[]> {
  const messages = (await reply.messages()).flat();
  return messages
    .filter(({ method }) => method === undefined)
    .map(({ id }) => id)
    .sort();
}
