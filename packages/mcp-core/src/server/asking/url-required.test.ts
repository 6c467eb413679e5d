import { describe, expect, it } from "vitest";
import { accepted, asked, asking, callLive, EVERYTHING, said } from "../../../test/support/asking.js";
import { handshaken, type TestLink } from "../../../test/support/link.js";
import { UrlElicitationRequiredError } from "../../protocol/errors.js";
import type { ElicitUrlParams } from "../../protocol/question-types.js";
import type { HandshakeRevision } from "../../protocol/revisions.js";

const log: ElicitUrlParams = { mode: "url", message: "Log in", url: "https://example.com/login" };
const pay: ElicitUrlParams = { ...log, message: "Pay", url: "https://example.com/pay", elicitationId: "pay" };

/** A server whose tool needs the user to have been to some URLs, until `visited` is there. */
function needing(...urls: ElicitUrlParams[]) {
  const visits = { done: false };
  const served = asking(async () => {
    await Promise.resolve();
    if (!visits.done) throw new UrlElicitationRequiredError(urls, "First things first");
    return "done";
  });
  return { ...served, visits };
}

const introduced = (
  served: ReturnType<typeof needing>,
  revision: HandshakeRevision,
  capabilities = EVERYTHING,
) => handshaken(served.server, revision, { capabilities });
const call = async (link: TestLink) => (await callLive(link, () => undefined)).reply;

describe("the error that asks for URLs to be visited", () => {
  it("is sent as it is in 2025-11-25, each URL with its id", async () => {
    const reply = await call(await introduced(needing(pay, log), "2025-11-25"));
    expect(reply?.error).toEqual({
      code: -32042,
      message: "First things first",
      data: { elicitations: [pay, { ...log, elicitationId: expect.any(String) as string }] },
    });
  });

  it("is questions in the stateless era, without ids", async () => {
    const served = needing(pay, log);
    const first = asked(await served.round());
    expect(Object.values(first.requests).map(({ method, params }) => [method, params])).toEqual([
      ["elicitation/create", { mode: "url", message: "Pay", url: pay.url }],
      ["elicitation/create", { mode: "url", message: "Log in", url: log.url }],
    ]);
    expect(new Set(first.keys).size).toBe(2);
    const answers = Object.fromEntries(first.keys.map((key) => [key, accepted()]));
    const second = asked(await served.round(answers, first.state));
    expect(second.keys).toEqual(first.keys);
    served.visits.done = true;
    expect(said(await served.round(answers, second.state))).toBe("done");
  });

  it.each(["decline", "cancel"])("does not ask again who answered with %s", async (action) => {
    const served = needing(pay, log);
    const { keys, state } = asked(await served.round());
    const [first = "", second = ""] = keys;
    const reply = await served.round({ [first]: accepted(), [second]: { action } }, state);
    expect(reply?.result).toMatchObject({ isError: true });
    expect(said(reply)).toBe("First things first: the user did not agree to visit https://example.com/login");
    served.visits.done = true;
    expect(said(await served.round({ [first]: accepted(), [second]: { action } }, state))).toBe("done");
  });

  it("asks for all URLs, also where several have the same id", async () => {
    const same = [pay, { ...log, elicitationId: "pay" }, { ...log, elicitationId: "url-0" }, log];
    expect(asked(await needing(...same).round()).keys).toHaveLength(4);
  });

  it("is thrown at once, too", async () => {
    const { round } = asking(() => {
      throw new UrlElicitationRequiredError([log]);
    });
    expect(asked(await round()).keys).toHaveLength(1);
  });

  it("asks no more often than anything else may", async () => {
    const { round } = needing(log);
    let reply = await round();
    for (let time = 1; time < 10; time += 1) reply = await round({}, asked(reply).state);
    expect((await round({}, asked(reply).state))?.error?.code).toBe(-31003);
  });

  it.each(["2024-11-05", "2025-03-26", "2025-06-18"] as const)(
    "says in %s that the client cannot be asked",
    async (revision) => {
      const reply = await call(await introduced(needing(log), revision));
      expect(reply?.error).toMatchObject({
        code: -32600,
        message: "The client did not declare: elicitation.url",
      });
      expect(reply?.result).toBeUndefined();
    },
  );

  it("says so to any client that did not declare URLs", async () => {
    const forms = { elicitation: { form: {} } };
    expect((await call(await introduced(needing(log), "2025-11-25", forms)))?.error?.code).toBe(-32600);
    const reply = await needing(log).round(undefined, undefined, { capabilities: forms });
    expect(reply?.error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: { url: {} } } },
    });
  });

  it("is one of prompts and resources, too", async () => {
    const { server, stateless } = asking(() => "");
    const need = (): never => {
      throw new UrlElicitationRequiredError([pay]);
    };
    server.prompt("p", {}, need);
    server.resource("note://1", { name: "note" }, need);
    for (const [method, params] of [
      ["prompts/get", { name: "p" }],
      ["resources/read", { uri: "note://1" }],
    ] as const)
      expect(asked(await stateless(method, params, { capabilities: EVERYTHING })).keys).toEqual(["pay"]);
  });
});
