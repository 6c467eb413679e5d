import type { OutgoingHttpHeaders } from "node:http";
import { expect } from "vitest";
import type { HttpClient } from "../../harness/http/http-client.js";
import { emptied } from "./messages.js";
import type { HttpBehaviours } from "./index.js";

export const security = {
  "security.origin": async (trial) => {
    const { client } = trial;
    const own = client.server.url.origin;
    for (const origin of ["https://evil.example", `${own}.evil.example`, "null", "nonsense"]) {
      expect(await statuses(client, { origin })).toEqual([403, 403, 403, 403]);
    }
    for (const origin of [undefined, own]) {
      await (await client.request("tools/list", {}, { headers: { origin } })).result();
    }
    const listing = await trial.server({ allowedOrigins: ["https://good.example"] });
    const listed = await trial.clientOf(listing).introduce();
    const headers = { origin: "https://good.example" };
    await (await listed.request("tools/list", {}, { headers })).result();
    expect(await statuses(listed, { origin: "https://evil.example" })).toEqual([403, 403, 403, 403]);
  },
  "security.loopback": async ({ client }) => {
    expect(client.server.url.hostname).toBe("127.0.0.1");
    await Promise.resolve();
  },
  "security.authentication": async (trial) => {
    const server = await trial.server({
      authorize: ({ headers }) =>
        headers.get("authorization") === "Bearer right" ? { id: "ada" } : undefined,
    });
    const known = await trial.clientOf(server, { authorization: "Bearer right" }).introduce();
    await (await known.request("tools/list")).result();
    for (const authorization of [undefined, "Bearer wrong"]) {
      expect(await statuses(known, { authorization })).toEqual([401, 401, 401, 401]);
    }
    const refused = await emptied(
      await known.request("tools/list", {}, { headers: { authorization: undefined } }),
    );
    expect(refused.headers).toHaveProperty("www-authenticate");
  },
} satisfies HttpBehaviours;

/** How the server answers each kind of request with these headers. */
async function statuses(client: HttpClient, headers: OutgoingHttpHeaders): Promise<readonly number[]> {
  const replies = [
    await client.request("tools/list", {}, { headers }),
    await client.notify("notifications/unknown", {}, headers),
    await client.get(headers),
    await client.delete(headers),
  ];
  return Promise.all(replies.map(async (reply) => (await emptied(reply)).status));
}
