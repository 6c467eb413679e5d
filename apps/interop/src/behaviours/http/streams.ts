import { expect } from "vitest";
import type { HttpClient } from "../../harness/http/http-client.js";
import type { HttpReply } from "../../harness/http/reply.js";
import type { Message } from "../../harness/inbox.js";
import { emptied, nextRequest } from "./messages.js";
import type { HttpBehaviours } from "./index.js";

const CHANGED = "notifications/tools/list_changed";
const UPDATED = "notifications/resources/updated";
const methodsOf = (messages: readonly Message[]) => messages.map(({ method }) => method);

export const streams = {
  "http.stream-until-response": async ({ client }) => {
    const id = "until";
    const waiting = await client.call("wait", { key: "until" }, { id });
    expect(waiting).toMatchObject({ status: 200, isStream: true });
    await (await client.call("release", { key: "until" })).result();
    const messages = await waiting.messages();
    expect(messages.at(-1)).toMatchObject({ id, result: { content: [{ text: "released until" }] } });
    expect(messages.filter((message) => message.id !== undefined)).toHaveLength(1);
  },
  "http.related-only": async ({ client }) => {
    const keys = ["one", "two"];
    const waiting = await Promise.all(
      keys.map((key) =>
        client.call("wait", { key: `related ${key}` }, { id: key, meta: { progressToken: key } }),
      ),
    );
    await changeTools(client);
    for (const key of keys) await (await client.call("release", { key: `related ${key}` })).result();
    for (const [at, key] of keys.entries()) {
      const messages = (await waiting[at]?.messages()) ?? [];
      expect(methodsOf(messages)).toEqual(["notifications/progress", undefined]);
      expect(messages[0]?.params).toHaveProperty("progressToken", key);
      expect(messages[1]).toHaveProperty("id", key);
    }
  },
  "http.as-they-come": async ({ client }) => {
    const waiting = await client.call("wait", { key: "soon" }, { meta: { progressToken: "soon" } });
    expect(await waiting.next()).toMatchObject({ method: "notifications/progress" });
    await (await client.call("release", { key: "soon" })).result();
    expect(await waiting.response()).toMatchObject({ result: { content: [{ text: "released soon" }] } });
  },
  "http.unbuffered": async ({ client }) => {
    const waiting = await client.call("wait", { key: "unbuffered" });
    expect(waiting.headers).toHaveProperty("x-accel-buffering", "no");
    await (await client.call("release", { key: "unbuffered" })).result();
    await waiting.response();
    const standing = await standingStream(client);
    if (standing === undefined) return;
    expect(standing.headers).toHaveProperty("x-accel-buffering", "no");
    standing.close();
  },
  "http.disconnect-serves-on": async ({ client }) => {
    const waiting = await client.call("wait", { key: "serves on" }, { meta: { progressToken: "serves on" } });
    const { id = "" } = await firstWithMessage(waiting);
    waiting.close();
    // Long enough for the server to hear of it.
    await (await client.call("report", { values: [1, 2, 3] })).result();
    await (await client.call("release", { key: "serves on" })).result();
    const resumed = await client.resume(id);
    expect(await resumed.response()).toMatchObject({ result: { content: [{ text: "released serves on" }] } });
  },
  "http.disconnect-cancels": async ({ client }) => {
    const waiting = await client.call("wait", { key: "gone" }, { meta: { progressToken: "gone" } });
    await waiting.next();
    waiting.close();
    expect(await (await client.call("await_abort", { key: "gone" })).response()).toHaveProperty("result");
    const unasked = await client.call("wait", { key: "gone too" });
    expect(unasked.isStream).toBe(true);
    unasked.close();
    expect(await (await client.call("await_abort", { key: "gone too" })).response()).toHaveProperty("result");
  },
  "http.get": async (trial) => {
    const client = await trial.other();
    const got = await client.get();
    if (trial.sessions) expect(got).toMatchObject({ status: 200, isStream: true });
    else expect(await emptied(got)).toHaveProperty("status", 405);
    got.close();
  },
  "http.get-unrelated": async (trial) => {
    const client = await trial.other();
    const listening = await client.get();
    const meta = { progressToken: "told on the stream of its own" };
    expect(await (await client.call("report", { values: [1, 2] }, { meta })).messages()).toHaveLength(3);
    const calling = await client.call("ping_client");
    const { id = null } = await nextRequest(calling);
    await (await client.post({ jsonrpc: "2.0", id, result: {} })).text();
    await calling.response();
    await changeTools(client);
    expect(methodsOf(await until(client, listening))).toEqual([CHANGED, CHANGED]);
    listening.close();
  },
  "http.one-stream": async (trial) => {
    const client = await trial.other();
    const earlier = await client.get();
    const waiting = await client.call("wait", { key: "one stream" });
    const listening = await client.get();
    await changeTools(client);
    const heard = await until(client, listening);
    await (await client.call("release", { key: "one stream" })).result();
    earlier.close();
    const everywhere = [...heard, ...(await waiting.messages())];
    expect(methodsOf(everywhere)).toEqual([CHANGED, CHANGED, undefined]);
    listening.close();
  },
} satisfies HttpBehaviours;

/** The stream for what belongs to no request, as far as the revision and the server have one. */
async function standingStream(client: HttpClient): Promise<HttpReply | undefined> {
  const opened = client.isStateless
    ? await client.request("subscriptions/listen", { notifications: { toolsListChanged: true } })
    : await client.get();
  if (opened.isStream) return opened;
  await opened.text();
  return undefined;
}

/** The first event of a stream that has a message in it. */
export async function firstWithMessage(reply: HttpReply) {
  for (let event = await reply.event(); event !== undefined; event = await reply.event()) {
    if (event.data !== undefined && event.data !== "") return event;
  }
  throw new Error("The stream ended without a message");
}

/** Changes the list of tools twice, and leaves it as it was. */
export async function changeTools(client: HttpClient): Promise<void> {
  for (const how of ["add_tool", "remove_tool"])
    await (await client.call(how, { text: "newcomer" })).result();
}

/** What comes on the stream of GET before an update that is made now. */
export async function until(client: HttpClient, listening: HttpReply): Promise<readonly Message[]> {
  const uri = "note://1";
  await (await client.request("resources/subscribe", { uri })).result();
  await (await client.call("touch", { text: uri })).result();
  const messages: Message[] = [];
  for (let message = await listening.next(); message?.method !== UPDATED; message = await listening.next()) {
    if (message === undefined) throw new Error(`The stream ended after ${JSON.stringify(messages)}`);
    messages.push(message);
  }
  await (await client.request("resources/unsubscribe", { uri })).result();
  return messages;
}
