import { expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { STATELESS } from "../../support/requests.js";
import { stage } from "../../support/stage.js";

it("a client cancels requests of its own session alone", async () => {
  const { url, playing } = await stage({ sessions: true });
  const [one, two] = [await Client.begin(url), await Client.begin(url)];
  const calls = [one.call("play", { name: "one" }, 7), two.call("play", { name: "two" }, 7)];
  const [first, second] = [await playing("one"), await playing("two")];
  for (const { ctx } of [first, second]) await ctx.progress(1);
  expect(await one.notify("notifications/cancelled", { requestId: 7 })).toBe(202);
  await first.aborted;
  second.end("done");
  const [cancelled, served] = await Promise.all(calls);
  expect(await cancelled?.rest()).toMatchObject([{ method: "notifications/progress" }]);
  expect(await served?.rest()).toMatchObject([{}, { id: 7, result: { content: [{ text: "done" }] } }]);
});

it("a batch whose requests were all cancelled ends, without a response", async () => {
  const { url, playing } = await stage({ sessions: true });
  const client = await Client.begin(url, { revision: "2025-03-26" });
  const arguments_ = (name: string): object => ({
    name: "play",
    arguments: { name },
    _meta: { progressToken: name },
  });
  const answered = client.post([
    { jsonrpc: "2.0", id: "a", method: "tools/call", params: arguments_("a") },
    { jsonrpc: "2.0", id: "b", method: "tools/call", params: arguments_("b") },
  ]);
  const plays = [await playing("a"), await playing("b")];
  await plays[0]?.ctx.progress(1);
  for (const requestId of ["a", "b"]) await client.notify("notifications/cancelled", { requestId });
  for (const { aborted } of plays) await aborted;
  const text = await (await answered).text();
  expect(text).toContain("notifications/progress");
  expect(text).not.toContain("result");
  expect(await client.request("ping")).toMatchObject({ result: {} });
});

it("a client that goes away cancels nothing in the handshake era", async () => {
  const { url, playing } = await stage({ sessions: true });
  const client = await Client.begin(url);
  const opened = client.call("play", { name: "long" });
  const { ctx, end } = await playing("long");
  await ctx.progress(1);
  const call = await opened;
  await call.message();
  call.cut();
  const resumed = await client.get(call.lastId);
  await ctx.progress(2);
  end("done");
  expect(await resumed.rest()).toMatchObject([
    { params: { progress: 2 } },
    { result: { content: [{ text: "done" }] } },
  ]);
});

it("a client that goes away cancels what it asked for in the stateless era", async () => {
  const { url, playing } = await stage();
  const client = new Client(url, {
    revision: STATELESS,
    headers: { "mcp-method": "tools/call", "mcp-name": "play" },
  });
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": STATELESS,
    "io.modelcontextprotocol/clientCapabilities": {},
    progressToken: 1,
  };
  const opened = client.open("tools/call", { name: "play", arguments: { name: "long" }, _meta });
  const { ctx, aborted } = await playing("long");
  await ctx.progress(1);
  (await opened).cut();
  await aborted;
});
