import { describe, expect, it } from "vitest";
import { connectedClient } from "../../test/support/connected-client.js";
import { scriptedEndpoint } from "../../test/support/scripted-endpoint.js";
import { legacy, modern, type Script } from "../../test/support/scripted-server.js";
import { experimentalServer, TASKS } from "../../test/support/scripted-tasks.js";
import type { ClientExtension } from "../extension/client.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import { McpClient } from "./client.js";
import type { McpClientOptions } from "./options.js";
import "./answering/answers.js";

type Part = Omit<ClientExtension, "id">;

/** Extensions in this order. */
const inOrder = (...parts: readonly Part[]): readonly ClientExtension[] =>
  parts.map((part, index) => ({ id: `com.example/number-${String(index + 1)}`, ...part }));

const answering: Script = ({ id }, to) => {
  to.result(id, { by: "server" });
};

async function requested(
  script: Script,
  options: McpClientOptions,
  method: string,
  params: JsonObject = {},
): Promise<JsonObject> {
  const { client } = await connectedClient(script, options);
  return client.request(method, params).finally(() => client.close());
}

describe("of several extensions", () => {
  it("the first makes a call that it does not leave to the next", async () => {
    const by =
      (name: string, least: number): NonNullable<ClientExtension["calls"]>[string] =>
      ({ params }) =>
        Number(params["n"]) >= least ? Promise.resolve({ by: name }) : undefined;
    const extensions = inOrder(
      { calls: { "acme/do": by("first", 2) } },
      { calls: { "acme/do": by("second", 1) } },
    );
    const made = [2, 1, 0].map((n) => requested(modern(answering), { extensions }, "acme/do", { n }));
    expect((await Promise.all(made)).map(({ by: who }) => who)).toEqual(["first", "second", "server"]);
  });

  it("the first with a type of results follows them, also where that means to leave them as they are", async () => {
    const ticket = { resultType: "ticket" };
    const script = modern(({ id }, to) => {
      to.result(id, ticket);
    });
    const follow = (): Promise<JsonObject> => Promise.resolve({ by: "follow" });
    const following: Part = { resultTypes: ["ticket"], follow };
    const leaving: Part = { resultTypes: ["ticket"] };
    const result = (...parts: readonly Part[]) =>
      requested(script, { extensions: inOrder(...parts) }, "acme/do");
    expect(await result(following, leaving)).toEqual({ by: "follow" });
    expect(await result(leaving, following)).toEqual(ticket);
  });

  it("one that is not declared in an era follows nothing there, and the next does", async () => {
    const script = modern(({ id }, to) => {
      to.result(id, { resultType: "ticket" });
    });
    const following = (by: string): Part => ({
      resultTypes: ["ticket"],
      follow: () => Promise.resolve({ by }),
    });
    const extensions = inOrder({ ...following("first"), declaredIn: ["handshake"] }, following("second"));
    expect(await requested(script, { extensions }, "acme/do")).toEqual({ by: "second" });
  });

  it("the first with a method says what a server needs for it", async () => {
    const extensions = inOrder({ methods: ["acme/do"] }, { methods: ["acme/do"] });
    const willing = (id: string): Script => modern(answering, { extensions: { [id]: {} } });
    expect(await requested(willing("com.example/number-1"), { extensions }, "acme/do")).toEqual({
      by: "server",
    });
    const refused = requested(willing("com.example/number-2"), { extensions }, "acme/do");
    await expect(refused).rejects.toMatchObject({ capability: "extensions.com.example/number-1" });
  });

  it("the first with a method says what a header repeats of it, before tasks do", async () => {
    const extensions = inOrder(
      { mirroredNames: { "acme/do": "a", "tasks/get": "a" } },
      { mirroredNames: { "acme/do": "b", "tasks/get": "b" } },
    );
    const declared = { extensions: { [TASKS]: {} } };
    const { transport, mirrored } = scriptedEndpoint(modern(answering, declared), { mirrors: true });
    const client = await McpClient.connect(transport, { extensions });
    await client.request("acme/do", { a: "first", b: "second" });
    await client.request("tasks/get", { a: "first", b: "second", taskId: "built in" });
    await client.close();
    const names = mirrored.slice(-2).map(([, headers]) => headers?.["mcp-name"]);
    expect(names).toEqual(["first", "first"]);
  });

  it("the first says what is declared, where they differ, before tasks do", async () => {
    const declaring = (max: number, more: JsonObject = {}): Part => {
      const capabilities = { acme: { max }, tasks: { list: max }, ...more };
      return { declaredIn: [], capabilities: { handshake: capabilities } };
    };
    const { client, end } = await connectedClient(legacy(), {
      extensions: inOrder(declaring(1), declaring(2, { other: {} })),
      elicit: () => ({ action: "decline" }),
    });
    await client.close();
    const initialize = end.received.find(({ method }) => method === "initialize");
    expect(initialize?.params?.["capabilities"]).toEqual({
      elicitation: { form: {} },
      acme: { max: 1 },
      other: {},
      tasks: { list: 1, cancel: {}, requests: { elicitation: { create: {} } } },
    });
  });

  it("all see results and hear notifications, the first before the others", async () => {
    const seen: string[] = [];
    const seeing = (name: string): Part => ({
      results: { "acme/do": () => void seen.push(`${name} sees`) },
      notifications: { "notifications/acme": () => void seen.push(`${name} hears`) },
    });
    const { client, end } = await connectedClient(modern(answering), {
      extensions: inOrder(seeing("first"), seeing("second")),
    });
    await client.request("acme/do", {});
    end.send({ jsonrpc: "2.0", method: "notifications/acme" });
    await client.close();
    expect(seen).toEqual(["first sees", "second sees", "first hears", "second hears"]);
  });

  it("the first serves a request of the server's that it does not leave to the next, before tasks do", async () => {
    const serving = (by: string): Part => ({
      serves: {
        "acme/ask": ({ next }) => (next === by ? { by } : undefined),
        "tasks/list": () => ({ by }),
      },
    });
    const { client, end } = await connectedClient(legacy(), {
      extensions: inOrder(serving("first"), serving("second")),
      elicit: () => ({ action: "decline" }),
    });
    end.send({ jsonrpc: "2.0", id: "a", method: "acme/ask", params: { next: "first" } });
    end.send({ jsonrpc: "2.0", id: "b", method: "acme/ask", params: { next: "second" } });
    end.send({ jsonrpc: "2.0", id: "c", method: "tasks/list" });
    const answer = (id: string) => end.received.find((message) => message.id === id)?.result;
    await expect
      .poll(() => [answer("a"), answer("b"), answer("c")])
      .toEqual([{ by: "first" }, { by: "second" }, { by: "first" }]);
    await client.close();
  });
});

describe("before tasks, an extension", () => {
  it("makes a call that tasks would make", async () => {
    const own = inOrder({
      calls: {
        "tools/call": ({ params }) =>
          params["name"] === "must" ? Promise.resolve({ content: [], by: "extension" }) : undefined,
      },
    });
    const { client, later } = await connectedClient(experimentalServer(), { extensions: own });
    expect(await client.callTool("must")).toEqual({ content: [], by: "extension" });
    expect(later()).toEqual([]);
    await client.callTool("plain");
    expect(later().map(({ method }) => method)).toEqual(["tools/list", "tools/call"]);
    await client.close();
  });

  it("follows a result that tasks would follow", async () => {
    const script = modern(({ id }, to) => {
      to.result(id, { resultType: "task", ticket: 1 });
    });
    const extensions = inOrder({
      resultTypes: ["task"],
      follow: ({ ticket }) => Promise.resolve({ content: [], ticket: ticket ?? null }),
    });
    const result = await requested(script, { extensions }, "tools/call", { name: "t" });
    expect(result).toEqual({ content: [], ticket: 1 });
  });

  it("says what a server needs for a method of theirs, and both are declared", async () => {
    const extensions = inOrder({ methods: ["tasks/get"] });
    const { client, end } = await connectedClient(modern(answering), { extensions });
    await expect(client.request("tasks/get", {})).rejects.toMatchObject({
      capability: "extensions.com.example/number-1",
    });
    const meta = end.received[0]?.params?.["_meta"] as JsonObject;
    const { extensions: declared } = meta[Meta.clientCapabilities] as JsonObject;
    expect(Object.keys(declared as JsonObject).sort()).toEqual(["com.example/number-1", TASKS]);
    await client.close();
  });
});
