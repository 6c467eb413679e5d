import { McpServer } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { AuthorizationError, type HttpOptions } from "../../src/index.js";
import { ERAS, INITIALIZE, POST_HEADERS, post, toolCall, type Headers } from "../support/requests.js";
import { calculator } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

/** Each says what its name says, by a token that anybody can make. */
const byToken: NonNullable<HttpOptions["authorize"]> = ({ headers }) => {
  const token = headers.get("authorization")?.replace("Bearer ", "");
  if (token === undefined) return undefined;
  if (token === "expired")
    throw new AuthorizationError(401, "The token has expired", 'Bearer error="invalid_token"');
  if (token === "poor") throw new AuthorizationError(403, "Too little", 'Bearer error="insufficient_scope"');
  return { id: token, scopes: ["read"], claims: { name: token.toUpperCase() } };
};

const token = (name: string): Headers => ({ authorization: `Bearer ${name}` });

function tellsWho(): McpServer {
  const mcp = new McpServer("who");
  mcp.tool("who", {}, (_args, ctx) => JSON.stringify(ctx.principal ?? "nobody"));
  return mcp;
}

const errorOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error: unknown }).error;

describe("authorize", () => {
  it.each(ERAS)("gives handlers the principal, in the %s era", async (era) => {
    const { url } = await startServer(tellsWho(), { authorize: byToken });
    const answer = await post(url, toolCall(era, "who", {}, { headers: token("ann") }));
    const principal = { id: "ann", scopes: ["read"], claims: { name: "ANN" } };
    expect(await answer.json()).toMatchObject({ result: { content: [{ text: JSON.stringify(principal) }] } });
  });

  it.each(ERAS)("refuses whoever it does not know with 401, in the %s era", async (era) => {
    const { url, links } = await startServer(tellsWho(), { authorize: byToken });
    const response = await post(url, toolCall(era, "who"));
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await errorOf(response)).toEqual({ code: -32600, message: "Unauthorized" });
    expect(links.count).toBe(0);
  });

  it.each([
    ["expired", 401, "The token has expired", 'Bearer error="invalid_token"'],
    ["poor", 403, "Too little", 'Bearer error="insufficient_scope"'],
  ])("refuses as it is told: %s", async (name, status, message, challenge) => {
    const { url } = await startServer(tellsWho(), { authorize: byToken });
    const response = await post(url, toolCall("stateless", "who", {}, { headers: token(name) }));
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([status, challenge]);
    expect(await errorOf(response)).toMatchObject({ message });
  });

  it("is asked for every method, before the body is read, and not for health, ready and preflights", async () => {
    const asked: string[] = [];
    const { url } = await startServer(calculator(), {
      sessions: true,
      authorize: ({ method, path }) => {
        asked.push(`${method} ${path}`);
        return undefined;
      },
    });
    const preflight = { origin: "http://localhost:1", "access-control-request-method": "POST" };
    expect((await fetch(url, { method: "OPTIONS", headers: preflight })).status).toBe(204);
    for (const path of ["/health", "/ready"]) expect((await fetch(new URL(path, url))).status).toBe(200);
    const broken = await fetch(url, { method: "POST", headers: POST_HEADERS, body: "{" });
    const others = [await fetch(url), await fetch(url, { method: "DELETE" })];
    expect([broken, ...others].map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(asked).toEqual(["POST /mcp", "GET /mcp", "DELETE /mcp"]);
  });

  it("may take its time", async () => {
    const authorize = (): Promise<{ id: string }> =>
      new Promise((resolve) => setImmediate(() => resolve({ id: "late" })));
    const { url } = await startServer(tellsWho(), { authorize });
    expect(await (await post(url, toolCall("stateless", "who"))).text()).toContain("late");
  });

  it("that fails is told to the author, not to the client", async () => {
    const errors: unknown[] = [];
    const failure = new Error("The database at 10.0.0.1 is gone");
    const { url } = await startServer(tellsWho(), {
      authorize: () => Promise.reject(failure),
      onError: (error) => errors.push(error),
    });
    const response = await post(url, toolCall("stateless", "who"));
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("10.0.0.1")]);
    expect(errors).toEqual([failure]);
  });

  it.each([
    ["null", () => null],
    ["undefined", () => undefined],
    ["a promise of null", () => Promise.resolve(null)],
  ])("knows nobody when it gives %s", async (_name, authorize) => {
    const errors: unknown[] = [];
    const { url } = await startServer(tellsWho(), { authorize, onError: (error) => errors.push(error) });
    const response = await post(url, toolCall("stateless", "who"));
    expect([response.status, errors]).toEqual([401, []]);
  });

  it("gives a session to its principal alone: to others there is none", async () => {
    const { url } = await startServer(tellsWho(), { authorize: byToken, sessions: true });
    const begun = await post(url, { ...INITIALIZE, headers: { ...INITIALIZE.headers, ...token("ann") } });
    const id = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    await begun.text();
    const call = (name: string): Promise<Response> =>
      post(url, toolCall("handshake", "who", {}, { headers: { ...id, ...token(name) } }));
    expect([(await call("ann")).status, (await call("bob")).status]).toEqual([200, 404]);
    const bob = { ...id, ...token("bob") };
    expect((await fetch(url, { headers: { ...bob, accept: "text/event-stream" } })).status).toBe(404);
    expect((await fetch(url, { method: "DELETE", headers: bob })).status).toBe(404);
    expect((await call("ann")).status).toBe(200);
  });
});
