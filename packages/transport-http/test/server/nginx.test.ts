import { describe, expect, it } from "vitest";
import { post, request } from "../support/requests.js";
import { startNginx } from "@towpath/test-support/nginx.js";
import { startServer } from "../support/start-server.js";
import { beginSession, stagedServer } from "../support/staged-server.js";

/** Settings that hold back more than the usual ones do, or that many have. */
const SETTINGS: Readonly<Record<string, string>> = {
  "as it comes": "",
  "that compresses": "gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;",
  "with large buffers and HTTP/1.1":
    'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k;',
};

async function serve(settings: string, sessions = false) {
  const { mcp, ...staged } = stagedServer();
  const { url } = await startServer(mcp, { sessions });
  return { ...staged, url: await startNginx(url, settings) };
}

describe.each(Object.entries(SETTINGS))("behind an nginx %s", (_name, settings) => {
  it("progress reaches clients of the handshake era as it is sent, without a session", async () => {
    const { url, call } = await serve(settings);
    const messages = await call(url, "handshake", ["progress", "progress", "progress"]);
    expect(messages).toHaveLength(4);
  });

  it("progress, logs and questions reach clients of the handshake era as they are sent", async () => {
    const { url, call } = await serve(settings, true);
    const says = ["progress", "log", "question", "log", "progress"] as const;
    expect(await call(url, "handshake", says, await beginSession(url))).toHaveLength(6);
  });

  it("progress and logs reach clients of the stateless era as they are sent", async () => {
    const { url, call } = await serve(settings);
    expect(await call(url, "stateless", ["progress", "log", "log", "progress"])).toHaveLength(5);
  });

  it("changes reach whoever listens, in both eras", async () => {
    const { url, change } = await serve(settings, true);
    const listen = { notifications: { toolsListChanged: true } };
    await change(await post(url, request("stateless", "subscriptions/listen", listen)));
    const headers = { accept: "text/event-stream", ...(await beginSession(url)) };
    await change(await fetch(url, { headers }));
  });

  it("plain answers and refusals pass as they are", async () => {
    const { url } = await serve(settings);
    const list = await post(url, request("stateless", "tools/list", {}));
    expect([list.status, await list.json()]).toMatchObject([
      200,
      { result: { tools: [{ name: "add" }, {}] } },
    ]);
    const unknown = await post(url, request("stateless", "no/such", {}));
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { id: 1, error: { code: -32601 } }]);
  });
});
