import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.js";
import { initialize, Visitor } from "../support/visitor.js";

const call = {
  jsonrpc: "2.0",
  id: 9,
  method: "tools/call",
  params: { name: "add", arguments: { a: 1, b: 2 } },
};
const done = { result: { content: [{ text: "done" }] } };

describe("a drain", () => {
  it("ends streams at once where nothing is in flight", async () => {
    const { url, drain, links } = await stage();
    const visitors = [await Visitor.begin(url), await Visitor.open(url)];
    await drain({ timeoutMs: Infinity });
    for (const visitor of visitors) expect(await visitor.rest()).toEqual([]);
    await links.none();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("lets what is in flight finish, and takes nothing new meanwhile", async () => {
    const { url, drain, playing } = await stage();
    const [visitor, idle] = [await Visitor.begin(url), await Visitor.begin(url)];
    await visitor.play("x");
    const { ctx, end } = await playing("x");
    const drained = drain({ timeoutMs: Infinity });
    const stream = await fetch(url);
    expect([stream.status, stream.headers.get("retry-after")]).toEqual([503, "1"]);
    const refused = await visitor.post(call);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ id: 9, error: { code: -31002 } });
    await ctx.progress(1);
    end("done");
    await drained;
    expect(await visitor.rest()).toMatchObject([{ method: "notifications/progress" }, done]);
    expect(await idle.rest()).toEqual([]);
  });

  it("ends each session as soon as nothing of its own is in flight, and takes nothing for it then", async () => {
    const { url, drain, playing } = await stage();
    const [visitor, idle] = [await Visitor.begin(url), await Visitor.begin(url)];
    await visitor.play("x");
    const { end } = await playing("x");
    const drained = drain({ timeoutMs: Infinity });
    expect(await idle.rest()).toEqual([]);
    expect(await idle.notify("notifications/roots/list_changed")).toBe(404);
    expect((await idle.post(call)).status).toBe(404);
    expect(await visitor.notify("notifications/roots/list_changed")).toBe(202);
    end("done");
    await drained;
    expect(await visitor.rest()).toMatchObject([done]);
  });

  it("still takes answers and cancellations, as what is in flight may wait for them", async () => {
    const { url, drain, playing } = await stage();
    const visitor = await Visitor.begin(url, {}, initialize("2024-11-05", { roots: {} }));
    await visitor.play("x", 21);
    await visitor.play("y", 22);
    const [x, y] = [await playing("x"), await playing("y")];
    const drained = drain({ timeoutMs: Infinity });
    const roots = x.ctx.roots();
    const { id } = await visitor.message();
    expect(await visitor.answer(id, { roots: [] })).toBe(202);
    expect(await roots).toEqual([]);
    expect(await visitor.notify("notifications/cancelled", { requestId: 22 })).toBe(202);
    await y.aborted;
    x.end("done");
    await drained;
    expect(await visitor.rest()).toMatchObject([{ id: 21 }]);
  });

  it("gives up what does not finish in time", async () => {
    const { url, drain, playing, links } = await stage();
    const visitor = await Visitor.begin(url);
    await visitor.play("x");
    const { aborted } = await playing("x");
    await drain({ timeoutMs: 20 });
    await aborted;
    expect(await visitor.rest()).toEqual([]);
    await links.none();
  });
});
