import type { JsonValue, McpServer, Principal, Revision } from "@towpath/mcp-core";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { answered, ask, calling, isRequest, retrying } from "./behaviours/asking.js";
import { allOf, LISTS, pagesOf, type ListName } from "./behaviours/listed.js";
import { close, listen } from "./behaviours/subscriptions.js";
import { about, begin, get, reaching, RELATED_TASK, start, taking } from "./behaviours/tasking.js";
import { createReferenceServer } from "./fixtures/reference-server.js";
import { ABLE, isNotification, RawClient } from "./harness/client.js";
import type { RawPeer } from "./harness/harness.js";
import { connectTo } from "./harness/memory.js";
import { req } from "./requirements/index.js";

const REVISIONS: readonly Revision[] = ["2025-11-25", "2026-07-28"];
const OWNER: Principal = { id: "owner" };
const OTHER: Principal = { id: "other" };
const ADA = { action: "accept", content: { name: "Ada" } };

const isUpdate = isNotification("notifications/resources/updated");

const opened: RawPeer[] = [];
afterEach(() => Promise.all(opened.splice(0).map((peer) => peer.end())));

async function connect(server: McpServer, revision: Revision, principal?: Principal): Promise<RawClient> {
  const peer = connectTo(server, principal === undefined ? {} : { principal });
  opened.push(peer);
  const client = new RawClient(peer, revision);
  await client.introduce(ABLE);
  return client;
}

/** Asks for the changes of a resource, in either era; whether they are promised is not looked at. */
async function subscribe(client: RawClient, uri: string): Promise<void> {
  if (!client.isStateless) {
    await client.request("resources/subscribe", { uri });
    return;
  }
  client.send("subscriptions/listen", { notifications: { resourceSubscriptions: [uri] } });
  await client.settled();
}

/** A server with one thing of each kind that only its owner may see. */
function createPrivateServer(): McpServer {
  const mcp = createReferenceServer();
  const visibleTo = (principal: Principal | undefined): boolean => principal?.id === OWNER.id;
  mcp.tool("private", { visibleTo }, () => "seen");
  mcp.prompt("private", { visibleTo }, () => "seen");
  mcp.resource("private://one", { name: "private", visibleTo }, () => "seen");
  mcp.resource(
    "private-{kind}://all",
    { name: "private", visibleTo, complete: { kind: ["secret"] } },
    () => "seen",
  );
  return mcp;
}

describe.each(REVISIONS)("what only some may see, in revision %s", (revision) => {
  const clients = async () => {
    const server = createPrivateServer();
    const [owner, other] = [await connect(server, revision, OWNER), await connect(server, revision, OTHER)];
    return { server, owner, others: [other, await connect(server, revision)] };
  };
  const names = async (client: RawClient, list: ListName) =>
    (await allOf(client, list)).map(({ name }) => name);

  it(req("resources.permissions"), async () => {
    const { owner, others } = await clients();
    for (const list of ["resources", "templates"] as const) {
      expect(await names(owner, list)).toContain("private");
      for (const other of others) expect(await names(other, list)).not.toContain("private");
    }
    for (const uri of ["private://one", "private-secret://all"]) {
      expect(await owner.request("resources/read", { uri })).toMatchObject({
        result: { contents: [{ text: "seen" }] },
      });
      for (const other of others) {
        const hidden = await other.request("resources/read", { uri });
        const missing = await other.request("resources/read", { uri: "nowhere://at/all" });
        expect(hidden.error?.code).toBe(missing.error?.code);
      }
    }
  });

  it(req("resources.update-permissions"), async () => {
    const { server, owner, others } = await clients();
    const uri = "private://one";
    for (const client of [owner, ...others]) await subscribe(client, uri);
    server.resourceUpdated(uri);
    const heard = (client: RawClient) => client.settled().then((all) => all.filter(isUpdate));
    expect(await heard(owner)).toMatchObject([{ params: { uri } }]);
    for (const other of others) expect(await heard(other)).toEqual([]);
  });

  it(req("tools.permissions"), async () => {
    const { owner, others } = await clients();
    expect(await names(owner, "tools")).toContain("private");
    expect(await owner.text("private")).toBe("seen");
    for (const other of others) {
      expect(await names(other, "tools")).not.toContain("private");
      expect(await other.call("private")).toMatchObject({ error: { code: -32602 } });
    }
  });

  it(req("prompts.permissions"), async () => {
    const { owner, others } = await clients();
    expect(await names(owner, "prompts")).toContain("private");
    expect(await owner.request("prompts/get", { name: "private" })).toHaveProperty("result.messages");
    for (const other of others) {
      expect(await names(other, "prompts")).not.toContain("private");
      expect(await other.request("prompts/get", { name: "private" })).toMatchObject({
        error: { code: -32602 },
      });
    }
  });

  it(req("completion.permissions"), async () => {
    const { owner, others } = await clients();
    const ref = { type: "ref/resource", uri: "private-{kind}://all" };
    const params = { ref, argument: { name: "kind", value: "" } };
    expect(await owner.request("completion/complete", params)).toMatchObject({
      result: { completion: { values: ["secret"] } },
    });
    for (const other of others) {
      expect(await other.request("completion/complete", params)).toMatchObject({ error: { code: -32602 } });
    }
  });
});

describe("a server whose lists differ from caller to caller", () => {
  it(req("caching.private-lists"), async () => {
    const client = await connect(createPrivateServer(), "2026-07-28", OWNER);
    // What is not hidden from anybody.
    for (const list of Object.keys(LISTS) as ListName[]) {
      const scopes = (await pagesOf(client, list)).map((page) => page["cacheScope"]);
      expect(new Set(scopes)).toEqual(new Set(["private"]));
    }
  });
});

describe("a question of a server's", () => {
  it(req("elicitation.bound"), async () => {
    const server = createReferenceServer();
    const [client, other] = [await connect(server, "2025-11-25"), await connect(server, "2025-11-25")];
    const calling = client.sendCall("ask_person");
    const { id = null } = await client.peer.next(isRequest);
    other.peer.send({ jsonrpc: "2.0", id, result: { action: "decline" } });
    await other.settled();
    client.peer.send({ jsonrpc: "2.0", id, result: { action: "cancel" } });
    expect(answered(await client.response(calling))).toEqual({ action: "cancel" });
  });
});

describe("tasks of revision 2025-11-25", () => {
  const clients = async () => {
    const server = createReferenceServer({ tasks: { maxTasksPerPrincipal: 60 } });
    const connected = (principal?: Principal) => connect(server, "2025-11-25", principal);
    return { owner: await connected(OWNER), others: [await connected(OTHER), await connected()] };
  };

  it(req("tasks.isolated"), async () => {
    const { owner, others } = await clients();
    const { taskId } = await start(owner, "task_wait", { key: "isolated" });
    for (const other of others) {
      for (const method of ["get", "result", "cancel"] as const) {
        const missing = await about(other, method, "nothing");
        expect((await about(other, method, taskId)).error).toEqual(missing.error);
      }
      expect((await other.settled()).map(({ method }) => method)).toEqual([]);
    }
    expect((await get(owner, taskId)).status).toBe("working");
  });

  it(req("tasks.listed"), async () => {
    const { owner, others } = await clients();
    const [working, ended] = [
      await start(owner, "task_wait", { key: "listed" }),
      await start(owner, "task_fail", { text: "gone" }),
    ];
    await reaching(owner, ended.taskId, "failed");
    const now = [await get(owner, working.taskId), await get(owner, ended.taskId)];
    const { result } = await owner.request("tasks/list");
    expect(result?.["_meta"] ?? {}).not.toHaveProperty([RELATED_TASK]);
    expect(new Set(result?.["tasks"] as readonly unknown[])).toEqual(new Set(now));
    for (const other of others) await start(other, "task_wait", { key: "listed" });
    expect((await owner.request("tasks/list")).result?.["tasks"]).toHaveLength(2);
  });

  it(req("tasks.list-pages"), async () => {
    const { owner } = await clients();
    const started: string[] = [];
    for (let count = 0; count < 60; count += 1) {
      started.push((await start(owner, "task_echo", { text: String(count) })).taskId);
    }
    const listed: string[] = [];
    let cursor: JsonValue | undefined;
    do {
      const { result = {} } = await owner.request("tasks/list", cursor === undefined ? {} : { cursor });
      const page = result["tasks"] as readonly { readonly taskId: string }[]; // as it is listed
      expect(page.length).toBeLessThan(60);
      listed.push(...page.map(({ taskId }) => taskId));
      cursor = result["nextCursor"];
    } while (cursor !== undefined);
    expect(listed.sort()).toEqual(started.sort());
    for (const unknown of ["", "nonsense", btoa('{"list":"tools","place":1}'), 5]) {
      expect(await owner.request("tasks/list", { cursor: unknown })).toMatchObject({
        error: { code: -32602 },
      });
    }
  });

  it(req("tasks.limited"), async () => {
    const { owner, others } = await clients();
    const begun = Array.from({ length: 61 }, () => begin(owner, "task_echo", { text: "one more" }));
    const refused = (await Promise.all(begun)).filter(({ error }) => error !== undefined);
    expect(refused).toMatchObject([{ error: { message: expect.stringContaining("60") as string } }]);
    for (const other of others) {
      expect(await begin(other, "task_echo", { text: "the first" })).toHaveProperty("result.task");
    }
  });
});

describe("tasks of the extension", () => {
  it(req("tasks-extension.isolated"), async () => {
    const server = createReferenceServer();
    const owner = await connect(server, "2026-07-28", OWNER);
    const { taskId } = await start(owner, "task_wait", { key: "isolated" });
    for (const principal of [OTHER, undefined]) {
      const other = await connect(server, "2026-07-28", principal);
      for (const method of ["get", "update", "cancel"] as const) {
        const missing = await about(other, method, "nothing", { inputResponses: {} });
        const hidden = await about(other, method, taskId, { inputResponses: {} });
        expect(hidden.error).toEqual(missing.error);
      }
      const { id, acknowledged } = await listen(other, { taskIds: [taskId] }, taking(other));
      expect(acknowledged.params).toHaveProperty("notifications", {});
      await close(other, id);
    }
    expect((await get(owner, taskId)).status).toBe("working");
  });
});

describe("the state that a client carries", () => {
  const request = calling("ask_in_turn");

  it(req("mrtr.state-principal"), async () => {
    const server = createReferenceServer();
    const [owner, other, nobody] = [
      await connect(server, "2026-07-28", OWNER),
      await connect(server, "2026-07-28", OTHER),
      await connect(server, "2026-07-28"),
    ];
    const again = retrying(request, await ask(owner, request), { first: ADA });
    for (const thief of [other, nobody]) {
      expect(await ask(thief, again)).toMatchObject({ error: { code: -32602 } });
    }
    expect(await ask(owner, again)).toHaveProperty("result.resultType", "input_required");
  });

  it(req("mrtr.state-expires"), async () => {
    const client = await connect(createReferenceServer({ state: { stateTtlMs: 1 } }), "2026-07-28");
    const again = retrying(request, await ask(client, request), { first: ADA });
    const asked = Date.now();
    while (Date.now() <= asked + 1) await nextTurn();
    expect(await ask(client, again)).toMatchObject({ error: { code: -32602 } });
  });

  it(req("mrtr.any-instance"), async () => {
    const state = { stateKeys: ["a key that all instances of the server have in common"] };
    const instance = () => connect(createReferenceServer({ state }), "2026-07-28");
    const first = await ask(await instance(), request);
    const second = await ask(await instance(), retrying(request, first, { first: ADA }));
    const last = await ask(await instance(), retrying(request, second, { second: ADA }));
    expect(answered(last)).toEqual([ADA, ADA]);
    const stranger = await connect(createReferenceServer(), "2026-07-28");
    expect(await ask(stranger, retrying(request, first, {}))).toMatchObject({ error: { code: -32602 } });
  });
});
