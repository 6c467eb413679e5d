import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BOTH_ERAS } from "../../../test/support/both-eras.js";
import { handshaken, openLink } from "../../../test/support/link.js";
import type { JsonObject, JsonValue } from "../../jsonrpc/messages.js";
import { HANDSHAKE_REVISIONS, REVISIONS, type Revision } from "../../protocol/revisions.js";
import type { Completion } from "../../protocol/prompt-types.js";
import { McpServer } from "../server.js";
import type { Completer } from "./completer.js";

const PROMPT = { type: "ref/prompt", name: "review" };
const NOTE = { type: "ref/resource", uri: "note://{id}" };

function completing(completer: Completer): McpServer {
  const server = new McpServer("s", { onError: () => undefined });
  const input = z.object({ language: z.string(), framework: z.string().optional() });
  server.prompt("review", { input, complete: { language: completer } }, () => "x");
  server.resource("note://{id}", { complete: { id: completer } }, () => "x");
  server.resource("plain://1", {}, () => "x");
  return server;
}

const asking = (ref: JsonObject, value = "", name = ref === NOTE ? "id" : "language"): JsonObject => ({
  ref,
  argument: { name, value },
});

async function ask(server: McpServer, params: JsonObject): Promise<unknown> {
  const reply = await openLink(server).stateless("completion/complete", params);
  return reply?.error ?? reply?.result?.["completion"];
}

describe.each(BOTH_ERAS)("completing in the %s era", (_, speak) => {
  it.each([PROMPT, NOTE])(
    "suggests what a list has that begins so, in upper or lower case: $type",
    async (ref) => {
      const request = await speak(completing(["Python", "pypy", "Go"]));
      const { result } = await request("completion/complete", asking(ref, "PY"));
      expect(result?.["completion"]).toEqual({ values: ["Python", "pypy"] });
    },
  );

  it.each([PROMPT, NOTE])("asks a function, which may take its time: $type", async (ref) => {
    const request = await speak(completing((value) => Promise.resolve([`${value}thon`])));
    const { result } = await request("completion/complete", asking(ref, "py"));
    expect(result?.["completion"]).toEqual({ values: ["python"] });
  });

  it("tells a function of the other arguments", async () => {
    const request = await speak(
      completing((_value, known) => Object.entries(known.arguments).flat().map(String)),
    );
    const { result } = await request("completion/complete", {
      ...asking(PROMPT),
      context: { arguments: { framework: "flask" } },
    });
    expect(result?.["completion"]).toEqual({ values: ["framework", "flask"] });
  });

  it("passes on what a completer threw", async () => {
    const request = await speak(
      completing(() => {
        throw new Error("offline");
      }),
    );
    const { error } = await request("completion/complete", asking(NOTE));
    expect(error).toEqual({ code: -32603, message: "Internal error: offline" });
  });
});

describe("what is completed", () => {
  it("may have no completer: there are no suggestions then", async () => {
    expect(await ask(completing(["a"]), asking(PROMPT, "", "framework"))).toEqual({ values: [] });
  });

  it("may be a resource that a template matches", async () => {
    const ref = { type: "ref/resource", uri: "note://1" };
    expect(await ask(completing(["a", "b"]), asking(ref, "a", "id"))).toEqual({ values: ["a"] });
  });

  it.each<[string, JsonObject]>([
    ["an unknown prompt", asking({ type: "ref/prompt", name: "x" })],
    ["an unknown template", asking({ type: "ref/resource", uri: "x://{id}" })],
    ["an unknown argument of a prompt", asking(PROMPT, "", "x")],
    ["an argument every object has", asking(PROMPT, "", "constructor")],
    ["an unknown variable", asking(NOTE, "", "language")],
    [
      "a variable of a resource, which has none",
      asking({ type: "ref/resource", uri: "plain://1" }, "", "id"),
    ],
    ["another kind of reference", asking({ type: "ref/tool", name: "x" })],
    ["no kind of reference", asking({ name: "review" })],
    ["no reference", { argument: { name: "id", value: "" } }],
    ["no argument", { ref: NOTE }],
    ["an argument without a name", { ref: NOTE, argument: { value: "" } }],
    ["a value that is no string", { ref: NOTE, argument: { name: "id", value: 5 } }],
    ["a context that is no object", { ...asking(NOTE), context: [] }],
    ["known arguments that are no object", { ...asking(NOTE), context: { arguments: "x" } }],
    ["known arguments that are no strings", { ...asking(NOTE), context: { arguments: { a: 5 } } }],
  ])("is refused with -32602 for %s", async (_, params) => {
    expect(await ask(completing(["a"]), params)).toMatchObject({ code: -32602 });
  });
});

describe("the suggestions of a completer", () => {
  const many = Array.from({ length: 250 }, (_, index) => `v${String(index)}`);

  it("are cut to 100, and it is told how many there are", async () => {
    const cut = { values: many.slice(0, 100), total: 250, hasMore: true };
    expect(await ask(completing(many), asking(NOTE))).toEqual(cut);
    expect(
      await ask(
        completing(() => many),
        asking(NOTE),
      ),
    ).toEqual(cut);
    expect(
      await ask(
        completing(() => ({ values: many, total: 300 })),
        asking(NOTE),
      ),
    ).toEqual({ ...cut, total: 300 });
    const hundred = many.slice(0, 100);
    expect(await ask(completing(hundred), asking(NOTE))).toEqual({ values: hundred });
  });

  it.each<Completion>([
    { values: ["a"], total: 1 },
    { values: ["a"], total: 10, hasMore: true },
    { values: [], hasMore: false },
  ])("may say themselves how many there are: %j", async (completion) => {
    expect(
      await ask(
        completing(() => completion),
        asking(NOTE),
      ),
    ).toEqual(completion);
  });

  it.each<[unknown]>([[undefined], ["a"], [[1]], [{}], [{ values: "a" }]])(
    "may not be %j",
    async (returned) => {
      const { code, message } = (await ask(
        completing((() => returned) as Completer),
        asking(NOTE),
      )) as JsonObject;
      expect([code, message]).toEqual([-32603, expect.stringContaining("must return an array of strings")]);
    },
  );
});

describe("the context of a completion", () => {
  const known = async (revision: Revision, context: JsonValue): Promise<unknown> => {
    const server = completing((_, { arguments: given }) => Object.keys(given));
    const { request } = await handshaken(server, revision);
    const reply = await request("completion/complete", { ...asking(NOTE), context });
    return reply?.error?.code ?? reply?.result?.["completion"];
  };

  it("is known from revision 2025-06-18 on, and no concern before", async () => {
    const context = { arguments: { a: "b" } };
    const given = await Promise.all(HANDSHAKE_REVISIONS.map((revision) => known(revision, context)));
    expect(given).toEqual([{ values: [] }, { values: [] }, { values: ["a"] }, { values: ["a"] }]);
    const wrong = await Promise.all(HANDSHAKE_REVISIONS.map((revision) => known(revision, 5)));
    expect(wrong).toEqual([{ values: [] }, { values: [] }, -32602, -32602]);
  });
});

describe("the capability of completions", () => {
  const declared = async (server: McpServer, revision: Revision): Promise<unknown> => {
    const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const link = openLink(server);
    const reply =
      revision === "2026-07-28"
        ? await link.stateless("server/discover")
        : await link.request("initialize", params);
    return (reply?.result?.["capabilities"] as JsonObject)["completions"];
  };

  it("is declared where the revision has it, and the method is there in all", async () => {
    const server = completing(["a"]);
    const all = await Promise.all(REVISIONS.map((revision) => declared(server, revision)));
    expect(all).toEqual([undefined, {}, {}, {}, {}]);
    const { request } = await handshaken(server, "2024-11-05");
    expect((await request("completion/complete", asking(NOTE)))?.result).toEqual({
      completion: { values: ["a"] },
    });
  });

  it("is not there where nothing has a completer", async () => {
    const server = new McpServer("s");
    server.resource("a:{b}", {}, () => "x");
    server.prompt("p", { input: z.object({ a: z.string() }), complete: {} }, () => "x");
    expect(await declared(server, "2026-07-28")).toBeUndefined();
    const ref = { type: "ref/resource", uri: "a:{b}" };
    expect(await ask(server, asking(ref, "", "b"))).toMatchObject({ code: -32601 });
  });
});
