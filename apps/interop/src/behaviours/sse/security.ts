import type { OutgoingHttpHeaders } from "node:http";
import { expect } from "vitest";
import type { SseClient } from "../../harness/sse/sse-client.js";
import { emptied } from "../http/messages.js";
import type { SseBehaviours } from "./index.js";

export const security = {
  "sse.origin": async (trial) => {
    const client = await (await trial.client()).introduce();
    const own = client.server.url.origin;
    for (const origin of ["https://evil.example", `${own}.evil.example`, "null", "nonsense"]) {
      expect(await statuses(client, { origin })).toEqual([403, 403]);
    }
    for (const origin of [undefined, own]) {
      expect((await client.post(client.message("ping"), { origin })).status).toBe(202);
    }
    const listing = await trial.fresh({ allowedOrigins: ["https://good.example"] });
    const listed = await trial.client(listing, { origin: "https://good.example" });
    await listed.introduce();
    expect(await statuses(listed, { origin: "https://evil.example" })).toEqual([403, 403]);
  },
  "sse.loopback": async ({ server }) => {
    expect(server.url.hostname).toBe("127.0.0.1");
    await Promise.resolve();
  },
  "sse.authentication": async (trial) => {
    const users = new Map(["ada", "bob"].map((id) => [`Bearer ${id}`, { id }]));
    const server = await trial.fresh({
      authorize: ({ headers }) => users.get(headers.get("authorization") ?? ""),
    });
    const ada = await trial.client(server, { authorization: "Bearer ada" });
    await ada.introduce();
    for (const authorization of [undefined, "Bearer wrong"]) {
      expect(await statuses(ada, { authorization })).toEqual([401, 401]);
    }
    const [, elses] = await statuses(ada, { authorization: "Bearer bob" });
    expect(elses).toBe(404);
    expect(await ada.request("tools/list")).toHaveProperty("result");
  },
} satisfies SseBehaviours;

/** How the server answers a GET and a POST with these headers. */
async function statuses(client: SseClient, headers: OutgoingHttpHeaders): Promise<readonly number[]> {
  const stream = await client.server.send({ method: "GET", headers });
  const posted = await emptied(await client.post(client.message("ping"), headers));
  stream.close();
  return [stream.status, posted.status];
}
