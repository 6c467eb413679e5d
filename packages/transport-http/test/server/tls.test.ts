import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ERAS, toolCall } from "../support/requests.js";
import { calculator } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

/** A key that both sides know: as good as a certificate here, and nothing that could expire. */
const PSK = Buffer.from("0123456789abcdef");
const SHARED = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;

describe("a server with tls", () => {
  it.each(ERAS)("serves HTTPS, in the %s era", async (era) => {
    const { url } = await startServer(calculator(), { tls: { ...SHARED, pskCallback: () => PSK } });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const { headers, message } = toolCall(era, "add", { a: 1, b: 2 });
    const agent = new Agent({
      ...SHARED,
      pskCallback: () => ({ psk: PSK, identity: "test" }),
      checkServerIdentity: () => undefined,
    });
    const request = httpsRequest(url, { method: "POST", headers: { ...headers }, agent });
    request.end(JSON.stringify(message));
    // The first argument of this event.
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, expect.stringContaining('"text":"3"')]);
  });
});
