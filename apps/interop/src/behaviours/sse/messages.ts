import { expect } from "vitest";
import { kindsOf, type Message } from "../../harness/inbox.js";
import type { SseBehaviours } from "./index.js";

export const messages = {
  "sse.two-endpoints": async (trial) => {
    const client = await trial.client();
    const { server, endpoint } = client;
    const message = client.message("ping");
    const statuses = [
      await server.send({ body: message }),
      await server.send({ method: "DELETE" }),
      await server.send({ method: "GET", path: endpoint }),
      await server.send({ method: "GET", path: "/elsewhere" }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([405, 405, 405, 404]);
    expect((await client.post(message)).status).toBe(202);
    expect(await client.stream.next()).toMatchObject({ id: message.id, result: {} });
  },
  "sse.endpoint-first": async (trial) => {
    const client = await trial.client();
    expect(client.first).toEqual({ event: "endpoint", data: expect.stringMatching(/./) as string });
    // What stands before a path, be it a proxy’s, is the client’s to know.
    expect(client.first.data).not.toMatch(/^[a-z]+:|^\/\//);
    expect((await client.introduce()).endpoint).toContain("?");
    expect(await client.request("ping")).toMatchObject({ result: {} });
  },
  "sse.message-events": async (trial) => {
    const client = await (await trial.client()).introduce();
    const text = "one\ntwo\r\nthree\rfour\n\n: five\u2028data: six 🎈";
    const call = client.message(
      "tools/call",
      { name: "report", arguments: { values: [1, 2], message: text } },
      { meta: { progressToken: "told" } },
    );
    await client.post(call);
    const seen: Message[] = [];
    while (seen.at(-1)?.id !== call.id) {
      const event = await client.stream.event();
      expect(event).toEqual({ event: "message", data: expect.any(String) as string });
      // For what follows to judge.
      seen.push(JSON.parse(event?.data ?? "") as Message);
    }
    for (const message of seen) {
      expect(message).toMatchObject({ jsonrpc: "2.0" });
      expect(kindsOf(message)).toHaveLength(1);
    }
    const messages = seen.map(({ params }) => params?.["message"]);
    // `message` is a field of progress since 2025-03-26.
    expect(messages.slice(0, 2)).toEqual(
      trial.revision === "2024-11-05" ? messages.slice(0, 2) : [text, text],
    );
    expect(await client.call("echo", { text })).toMatchObject({ result: { content: [{ text }] } });
  },
  "sse.posts-accepted": async (trial) => {
    const client = await (await trial.client()).introduce();
    const key = `accepted ${trial.revision}`;
    const waiting = client.message("tools/call", { name: "wait", arguments: { key } });
    const accepted = await client.post(waiting);
    expect([accepted.status, await accepted.text()]).toEqual([202, expect.not.stringContaining("jsonrpc")]);
    const notified = await client.post({ jsonrpc: "2.0", method: "notifications/unknown" });
    expect(notified.status).toBe(202);
    await client.call("release", { key });
    expect(await client.stream.next()).toMatchObject({ id: waiting.id, result: {} });
  },
  "sse.many-clients": async (trial) => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => trial.client()));
    expect(new Set(clients.map(({ endpoint }) => endpoint)).size).toBe(clients.length);
    await Promise.all(clients.map((client) => client.introduce()));
    const ids = { id: "the same" };
    const said = await Promise.all(
      clients.map(async (client, index) => {
        const text = `client ${String(index)}`;
        await client.post(client.message("tools/call", { name: "echo", arguments: { text } }, ids));
        return client.stream.next();
      }),
    );
    expect(said).toMatchObject(
      clients.map((_, index) => ({ ...ids, result: { content: [{ text: `client ${String(index)}` }] } })),
    );
    // Nothing of another’s came besides.
    for (const client of clients) expect(await client.request("ping")).toMatchObject({ result: {} });
  },
  "sse.stream-ends-session": async (trial) => {
    const [leaving, staying] = [await trial.client(), await trial.client()];
    await leaving.introduce();
    await staying.introduce();
    const key = `left ${trial.revision}`;
    const waiting = leaving.message(
      "tools/call",
      { name: "wait", arguments: { key } },
      { meta: { progressToken: "begun" } },
    );
    await leaving.post(waiting);
    expect(await leaving.stream.next()).toMatchObject({ method: "notifications/progress" });
    leaving.stream.close();
    expect(await staying.call("await_abort", { key })).toHaveProperty("result");
    expect((await leaving.post(leaving.message("ping"))).status).toBe(404);
  },
} satisfies SseBehaviours;
