import { expect } from "vitest";
import type { HttpClient } from "../../harness/http/http-client.js";
import { emptied, expectRefused } from "./messages.js";
import type { HttpBehaviours } from "./index.js";

const SESSION = "mcp-session-id";

export const sessions = {
  "sessions.assigned": async ({ client }) => {
    const ids: unknown[] = [];
    for (let times = 0; times < 3; times += 1) {
      ids.push((await emptied(await client.greet())).headers[SESSION]);
    }
    for (const id of ids) {
      expect(id).toMatch(/^[\x21-\x7e]+$/);
      // 128 bits take as many characters in base64.
      expect(String(id).length).toBeGreaterThanOrEqual(22);
    }
    expect(new Set(ids).size).toBe(ids.length);
  },
  "sessions.required": async ({ client }) => {
    expect(await statuses(client, undefined)).toEqual([400, 400, 400, 400]);
    expect(await emptied(await client.greet())).toHaveProperty("status", 200);
  },
  "sessions.unknown": async (trial) => {
    expect(await statuses(trial.client, "nobody-has-this-id")).toEqual([404, 404, 404, 404]);
    const client = await trial.other();
    await emptied(await client.delete());
    expect(await statuses(client, client.session)).toEqual([404, 404, 404, 404]);
    await (await trial.client.request("tools/list")).result();
  },
  "sessions.deleted": async (trial) => {
    const client = await trial.other();
    const listening = await client.get();
    const waiting = await client.call("wait", { key: client.session ?? "" });
    expect((await emptied(await client.delete())).status).toSatisfy(
      (status: number) => status >= 200 && status < 300,
    );
    await listening.events();
    await waiting.events();
    expect(await emptied(await client.request("tools/list"))).toHaveProperty("status", 404);
  },
  "sessions.none": async ({ client }) => {
    const greeted = await client.greet();
    expect(greeted.headers).not.toHaveProperty(SESSION);
    await greeted.result();
    expect(await emptied(await client.delete())).toHaveProperty("status", 405);
    await expectRefused(await client.delete({ [SESSION]: "any" }));
  },
} satisfies HttpBehaviours;

/** How the server answers each way to name a session. */
async function statuses(client: HttpClient, session: string | undefined): Promise<readonly number[]> {
  const headers = { [SESSION]: session };
  const replies = [
    await client.request("tools/list", {}, { headers }),
    await client.notify("notifications/unknown", {}, headers),
    await client.get(headers),
    await client.delete(headers),
  ];
  return Promise.all(replies.map(async (reply) => (await emptied(reply)).status));
}
