import { describe, expect, it } from "vitest";
import { connectedClient } from "../../test/support/connected-client.js";
import { settled } from "../../test/support/link.js";
import { legacy, modern } from "../../test/support/scripted-server.js";
import type { ClientCall, ClientExtension, ClientExtensionHost } from "../extension/client.js";
import { MethodNotFoundError } from "../jsonrpc/errors.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { Meta } from "../protocol/meta.js";
import type { ElicitResult } from "../protocol/question-types.js";
import type { Progress } from "../protocol/types.js";
import { KnownTools } from "./known-tools.js";
import "./answering/answers.js";
import "./answering/for-extensions.js";

const id = "com.example/acme";
const tasks = false;
const form = { message: "?", requestedSchema: { type: "object", properties: {} } };
const declaring = { tools: {}, extensions: { [id]: {} } };

/** An extension that keeps what it gets of its client. */
function keeping(extension: Omit<ClientExtension, "id"> = {}) {
  let host: ClientExtensionHost | undefined;
  return {
    make: (given: ClientExtensionHost): ClientExtension => {
      host = given;
      return { id, ...extension };
    },
    get host(): ClientExtensionHost {
      if (host === undefined) throw new Error("There is no client yet");
      return host;
    },
  };
}

describe("an extension of a client declares", () => {
  const declared = async (extension: Omit<ClientExtension, "id">) => {
    const options = {
      tasks,
      extensions: [{ id, ...extension }],
      elicit: () => ({ action: "decline" }) as const,
    };
    const [old, recent] = [
      await connectedClient(legacy(), options),
      await connectedClient(modern(), options),
    ];
    await Promise.all([old.client.close(), recent.client.close()]);
    const initialize = old.end.received.find(({ method }) => method === "initialize");
    const meta = recent.end.received[0]?.params?.["_meta"] as JsonObject;
    return [initialize?.params?.["capabilities"], meta[Meta.clientCapabilities]];
  };
  const elicitation = { form: {} };

  it("its settings in both eras", async () => {
    const all = { elicitation, extensions: { [id]: { max: 1 } } };
    expect(await declared({ settings: { max: 1 } })).toEqual([all, all]);
  });

  it("itself in one era alone, if it says so", async () => {
    expect(await declared({ declaredIn: ["stateless"] })).toEqual([
      { elicitation },
      { elicitation, extensions: { [id]: {} } },
    ]);
  });

  it("other extensions beside itself, where those are among its capabilities", async () => {
    const further = { extensions: { "com.example/other": {} } };
    const all = { elicitation, extensions: { "com.example/other": {}, [id]: {} } };
    const capabilities = { handshake: further, stateless: further };
    expect(await declared({ capabilities })).toEqual([all, all]);
  });

  it("further capabilities per era, beside those of the client", async () => {
    const handshake = (revision: string) => ({ elicitation: { url: {} }, seen: { [revision]: {} } });
    expect(await declared({ declaredIn: [], capabilities: { handshake, stateless: { acme: {} } } })).toEqual([
      { elicitation: { form: {}, url: {} }, seen: { "2025-11-25": {} } },
      { elicitation, acme: {} },
    ]);
  });

  it("nothing twice", async () => {
    const twice = { extensions: [{ id }, { id }] };
    await expect(connectedClient(modern(), twice)).rejects.toThrow(`The extension ${id} is there twice`);
    const builtIn = { extensions: [{ id: "io.modelcontextprotocol/tasks" }] };
    await expect(connectedClient(modern(), builtIn)).rejects.toThrow(TypeError);
    await (await connectedClient(modern(), { ...builtIn, tasks })).client.close();
  });
});

describe("results of an extension's type", () => {
  const promised = { resultType: "promise", ticket: 7 };
  const script = modern(({ id: request, method }, to) => {
    to.result(request, method === "acme/redeem" ? { redeemed: true } : promised);
  }, declaring);

  it("become what the extension makes of them, with the limits of the call", async () => {
    const calls: ClientCall[] = [];
    const kept = keeping({
      resultTypes: ["promise"],
      methods: ["acme/redeem"],
      follow: (result, call) => {
        calls.push(call);
        return kept.host.request("acme/redeem", { ticket: result["ticket"] });
      },
    });
    const { client, later, clock } = await connectedClient(script, { extensions: [kept.make] });
    const options = { timeoutMs: 5 };
    expect(await client.request("acme/do", { a: 1 }, options)).toEqual({ redeemed: true });
    expect(later()[1]?.params).toMatchObject({ ticket: 7 });
    expect(calls).toEqual([
      {
        method: "acme/do",
        params: { a: 1 },
        options,
        limits: { timeoutMs: 5, maxTotalTimeoutMs: 3_600_000 },
        startedAt: clock.now(),
      },
    ]);
    await client.close();
  });

  it("come as they are to the extension itself, and where it follows none", async () => {
    const kept = keeping({ resultTypes: ["promise"], follow: () => Promise.resolve({}) });
    const { client } = await connectedClient(script, { extensions: [kept.make] });
    expect(await kept.host.request("acme/do", {})).toEqual(promised);
    await client.close();
    const bare = await connectedClient(script, { extensions: [{ id, resultTypes: ["promise"] }] });
    expect(await bare.client.request("acme/do", {})).toEqual(promised);
    await bare.client.close();
  });

  it("are unknown in an era in which it is not declared, as its methods are nobody's there", async () => {
    const extensions = [
      { id, resultTypes: ["promise"], methods: ["acme/redeem"], declaredIn: ["handshake"] as const },
    ];
    const { client } = await connectedClient(
      modern((message, to) => {
        to.result(message.id, message.method === "acme/redeem" ? {} : promised);
      }),
      { extensions },
    );
    await expect(client.request("acme/do", {})).rejects.toThrow(/of type "promise"/);
    expect(await client.request("acme/redeem", {})).toEqual({});
    await client.close();
  });
});

describe("calls, results and notifications", () => {
  it("are seen by an extension before others, which its failures do not touch", async () => {
    const order: unknown[] = [];
    const extension: ClientExtension = {
      id,
      results: { "acme/do": (result) => void order.push(["result", result]) },
      notifications: { "notifications/acme": (params) => void order.push(["told", params]) },
    };
    const { client, end } = await connectedClient(
      modern(({ id: request }, to) => {
        to.result(request, { n: 1 });
      }),
      { extensions: [extension], onNotification: ({ method }) => void order.push(method) },
    );
    await client.request("acme/do", {}).then(() => order.push("caller"));
    end.send({ jsonrpc: "2.0", method: "notifications/acme", params: { a: 1 } });
    end.send({ jsonrpc: "2.0", method: "notifications/constructor" });
    end.send({ jsonrpc: "2.0", method: "toString" });
    expect(order).toEqual([
      ["result", { n: 1 }],
      "caller",
      ["told", { a: 1 }],
      "notifications/acme",
      "notifications/constructor",
      "toString",
    ]);
    await client.close();
  });

  it("name in a header what the extension says", () => {
    const names = new Map([["acme/do", "what"]]);
    const tools = new KnownTools({ mirrors: true, names, onInvalid: () => undefined });
    const params = { what: "Ähre", _meta: { [Meta.protocolVersion]: "2026-07-28" } };
    expect(tools.headersOf({ jsonrpc: "2.0", id: 1, method: "acme/do", params })).toMatchObject({
      "mcp-method": "acme/do",
      "mcp-name": "=?base64?w4RocmU=?=",
    });
  });
});

describe("requests of a server's", () => {
  it("are served by an extension, or left to the core", async () => {
    const extension: ClientExtension = {
      id,
      serves: {
        "acme/ask": ({ n }) => ({ n: Number(n) + 1 }),
        "acme/refuse": () => {
          throw new MethodNotFoundError("not today");
        },
        "elicitation/create": ({ acme }) => (acme === true ? Promise.resolve({ mine: true }) : undefined),
      },
    };
    const { client, end } = await connectedClient(legacy(), {
      extensions: [extension],
      elicit: () => ({ action: "decline" }),
    });
    const asked = {
      a: ["acme/ask", { n: 1 }],
      b: ["acme/refuse", {}],
      c: ["elicitation/create", { acme: true }],
      d: ["elicitation/create", form],
      e: ["constructor", {}],
    } as const;
    for (const [request, [method, params]] of Object.entries(asked))
      end.send({ jsonrpc: "2.0", id: request, method, params });
    await expect
      .poll(() => end.received.filter(({ result, error }) => (result ?? error) !== undefined))
      .toHaveLength(5);
    const answer = (request: string) => end.received.find((message) => message.id === request);
    expect(answer("a")?.result).toEqual({ n: 2 });
    expect(answer("b")?.error).toMatchObject({ code: -32601, message: "not today" });
    expect(answer("c")?.result).toEqual({ mine: true });
    expect(answer("d")?.result).toEqual({ action: "decline" });
    expect(answer("e")?.error?.code).toBe(-32601);
    await client.close();
  });
});

describe("what an extension has of its client", () => {
  it("is what was agreed, what it declares by itself, and whether it can be reached", async () => {
    const kept = keeping();
    const { client, end } = await connectedClient(modern(), {
      extensions: [kept.make],
      elicit: () => ({ action: "decline" }),
    });
    expect(kept.host.agreed).toMatchObject({
      era: "stateless",
      revision: "2026-07-28",
      capabilities: { tools: {} },
    });
    expect(kept.host.capabilities).toEqual({ elicitation: { form: {} } });
    expect(kept.host.isReachable).toBe(true);
    kept.host.notify("notifications/acme", { a: 1 });
    await settled();
    expect(end.received.at(-1)).toMatchObject({ method: "notifications/acme", params: { a: 1 } });
    await client.close();
    expect(kept.host.isReachable).toBe(false);
    expect(kept.host.closing.aborted).toBe(true);
    kept.host.notify("notifications/acme");
  });

  it("is its handlers of questions, all that a result asks at once", async () => {
    const kept = keeping();
    const answers: ElicitResult[] = [{ action: "accept" }, { action: "decline" }];
    const methods: unknown[] = [];
    const { client } = await connectedClient(modern(), {
      extensions: [kept.make],
      elicit: (_, ctx) => {
        methods.push(ctx.method);
        return answers.shift() ?? { action: "cancel" };
      },
    });
    const question = { method: "elicitation/create", params: form };
    expect(await kept.host.answer({ a: question, b: question }, { method: "acme/do" })).toEqual({
      a: { action: "accept", content: {} },
      b: { action: "decline" },
    });
    expect(methods).toEqual(["acme/do", "acme/do"]);
    await expect(kept.host.answer([], { method: "acme/do" })).rejects.toThrow(
      /acme\/do: inputRequests must be/,
    );
    const answer = await kept.host.read(question);
    expect(await answer(new AbortController().signal)).toEqual({ action: "cancel" });
    await expect(kept.host.read({ method: "roots/list" })).rejects.toThrow(MethodNotFoundError);
    await client.close();
  });

  it("is progress with a token of its own, also after the request was answered", async () => {
    const kept = keeping();
    const { client, end, later } = await connectedClient(
      modern(({ id: request }, to) => {
        to.result(request, {});
      }),
      { extensions: [kept.make] },
    );
    const heard: Progress[] = [];
    const { token, stop } = kept.host.hearProgress((progress) => void heard.push(progress));
    await kept.host.request("acme/do", {}, { meta: { progressToken: token } });
    const tell = (progress: number): void => {
      const params = { progressToken: token, progress };
      end.send({ jsonrpc: "2.0", method: "notifications/progress", params });
    };
    tell(1);
    stop();
    tell(2);
    expect(heard).toEqual([{ progress: 1 }]);
    expect(later()[0]?.params?.["_meta"]).toMatchObject({ progressToken: token });
    expect(kept.host.hearProgress(() => undefined).token).not.toBe(token);
    await client.close();
  });

  it("is the result of a tool, read and checked, and what failures it reports", async () => {
    const kept = keeping();
    const reported: unknown[] = [];
    const { client } = await connectedClient(modern(), {
      extensions: [kept.make],
      onError: (error) => void reported.push(error),
    });
    expect(await kept.host.toolResult("t", { content: [] })).toEqual({ content: [] });
    await expect(kept.host.toolResult("t", {})).rejects.toThrow(/no list of content/);
    kept.host.report("failure");
    expect(reported).toEqual(["failure"]);
    await client.close();
  });
});
