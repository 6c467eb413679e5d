import { describe, expect, it } from "vitest";
import { AuthorizationError, type SseOptions } from "../../src/index.js";
import { stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";

const authorize: SseOptions["authorize"] = ({ headers, query }) => {
  const name = headers.get("x-user") ?? query.get("ticket");
  if (name === "barred") throw new AuthorizationError(403, "You may not");
  return name === null ? undefined : { id: name, scopes: (headers.get("x-scopes") ?? "").split(" ") };
};

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

describe("who may call", () => {
  it("is said by authorize, for streams and for messages", async () => {
    const { url } = await stage({ authorize });
    const nobody = await fetch(url);
    expect([nobody.status, nobody.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect((await fetch(url, { headers: { "x-user": "barred" } })).status).toBe(403);
    const visitor = await Visitor.begin(url, { "x-user": "ann" });
    expect((await fetch(visitor.endpoint, { method: "POST" })).status).toBe(401);
    expect(await visitor.call("whoami")).toMatchObject({ result: { content: [{ text: "ann" }] } });
  });

  it("may be said by the query, as a page cannot set headers for its stream", async () => {
    const { url } = await stage({ authorize });
    const visitor = await Visitor.open(`${url}?ticket=ann`);
    expect((await visitor.post(PING, { "x-user": "ann" })).status).toBe(202);
    expect(await visitor.message()).toMatchObject({ id: 1, result: {} });
  });

  it("is the owner of a session alone", async () => {
    const { url } = await stage({ authorize });
    const visitor = await Visitor.begin(url, { "x-user": "ann" });
    const stolen = await visitor.post(PING, { "x-user": "bob" });
    const nowhere = visitor.at(url);
    nowhere.searchParams.set("session", crypto.randomUUID());
    const unknown = await visitor.post(PING, { "x-user": "bob" }, nowhere);
    expect(stolen.status).toBe(404);
    expect(await stolen.text()).toBe(await unknown.text());
    expect(await visitor.request("ping")).toMatchObject({ result: {} });
  });

  it("is known anew with every message", async () => {
    const { url } = await stage({ authorize });
    const visitor = await Visitor.begin(url, { "x-user": "ann" });
    for (const scopes of ["read", "read write", ""])
      expect(await visitor.call("whoami", {}, { "x-scopes": scopes })).toMatchObject({
        result: { content: [{ text: `ann ${scopes}`.trim() }] },
      });
  });

  it("does not depend on how long authorize takes", async () => {
    const { url } = await stage({ authorize: async (request) => Promise.resolve(authorize(request)) });
    const visitor = await Visitor.begin(url, { "x-user": "ann" });
    expect(await visitor.call("whoami")).toMatchObject({ result: { content: [{ text: "ann" }] } });
  });

  it("is nobody where authorize fails, and its author is told", async () => {
    const errors: unknown[] = [];
    const failing = (): never => {
      throw new RangeError("no database");
    };
    const { url } = await stage({ authorize: failing, onError: (error) => errors.push(error) });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("database")]);
    expect(errors).toMatchObject([{ message: "no database" }]);
  });
});
