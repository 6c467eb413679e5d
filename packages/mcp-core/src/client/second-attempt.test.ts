import { describe, expect, it } from "vitest";
import { settled, type Wire } from "../../test/support/link.js";
import { scriptedEndpoint, type EndpointScript } from "../../test/support/scripted-endpoint.js";
import { legacy, modern, type Script } from "../../test/support/scripted-server.js";
import { textOf } from "../../test/support/text-of.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { ConnectionLostError, McpErrorCode } from "../protocol/errors.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";

const CAPABILITIES = { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {}, logging: {} };
const REPEATING = { attempts: 5, windowMs: 60_000, repeats: true } as const;

const clock = (): { readonly clock: ManualClock } => ({ clock: new ManualClock() });

/** A tool whose parameter `region` is mirrored in a header of this name. */
const tool = (header: string): JsonObject => ({
  name: "query",
  inputSchema: { type: "object", properties: { region: { type: "string", "x-mcp-header": header } } },
});

describe("a call that is refused because its headers do not fit", () => {
  const { headerMismatch } = McpErrorCode;

  /** Lists a tool, and takes calls of it only with the header of the second list and later ones. */
  function changing(refusals: number): { readonly script: Script; readonly lists: () => number } {
    let lists = 0;
    let left = refusals;
    const script: Script = ({ id, method }, to) => {
      if (method === "tools/list")
        to.result(id, { tools: [tool(`Region-${String((lists += 1))}`)], ttlMs: 60_000 });
      else if (left-- > 0) to.error(id, headerMismatch);
      else to.result(id, { content: [{ type: "text", text: "done" }] });
    };
    return { script, lists: () => lists };
  }

  const asked = (endpoint: ReturnType<typeof scriptedEndpoint>): string[] =>
    endpoint.mirrored.map(([method, headers]) => {
      const region = Object.keys(headers ?? {}).find((name) => name.startsWith("mcp-param-"));
      return region === undefined ? method : `${method} ${region}`;
    });

  it("is sent once more when the tools have been listed anew, with the headers they ask for by then", async () => {
    const { script } = changing(1);
    const endpoint = scriptedEndpoint(modern(script), { mirrors: true });
    const client = await McpClient.connect(endpoint.transport, clock());
    await client.listTools();
    expect(textOf(await client.callTool("query", { region: "eu" }))).toBe("done");
    expect(asked(endpoint).slice(1)).toEqual([
      "tools/list",
      "tools/call mcp-param-region-1",
      "tools/list",
      "tools/call mcp-param-region-2",
    ]);
    const ids = endpoint.connections[0]?.received.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids?.length);
    await client.close();
  });

  it("shares the listing with others that are refused meanwhile", async () => {
    const { script, lists } = changing(3);
    const endpoint = scriptedEndpoint(modern(script), { mirrors: true });
    const client = await McpClient.connect(endpoint.transport, clock());
    await Promise.all([1, 2, 3].map(() => client.callTool("query", { region: "eu" })));
    expect(lists()).toBe(1);
    expect(endpoint.methods()[0]?.filter((method) => method === "tools/call")).toHaveLength(6);
    await client.close();
  });

  describe("and was sent before others were refused,", () => {
    /** Lists the tools; what is called is to be answered by its number, or refused. */
    async function calling() {
      const answers: { readonly refuse: () => void; readonly take: () => void }[] = [];
      let lists = 0;
      const script: Script = ({ id, method }, to) => {
        if (method === "tools/list") to.result(id, { tools: [tool(`Region-${String((lists += 1))}`)] });
        else if (method === "tools/call")
          answers.push({
            refuse: () => {
              to.error(id, headerMismatch);
            },
            take: () => {
              to.result(id, { content: [{ type: "text", text: "done" }] });
            },
          });
      };
      const endpoint = scriptedEndpoint(modern(script), { mirrors: true });
      const client = await McpClient.connect(endpoint.transport, clock());
      const call = async (): Promise<string> => textOf(await client.callTool("query", { region: "eu" }));
      const header = (): string | undefined => asked(endpoint).at(-1)?.split(" ")[1];
      return { client, call, answers, lists: () => lists, header };
    }

    it("is sent once more without another listing where they led to one, however late it is refused", async () => {
      const { client, call, answers, lists, header } = await calling();
      const calls = Array.from({ length: 8 }, call);
      await settled();
      for (let index = 0; index < 8; index += 1) {
        answers[index]?.refuse();
        await settled();
        expect([lists(), answers.length]).toEqual([1, 9 + index]);
        expect(header()).toBe("mcp-param-region-1");
      }
      for (const { take } of answers.slice(8)) take();
      expect(await Promise.all(calls)).toEqual(Array(8).fill("done"));
      await client.close();
    });

    it("leads to another listing where it was sent after the last one", async () => {
      const { client, call, answers, lists, header } = await calling();
      for (const listing of [1, 2, 3]) {
        const late = call();
        await settled();
        answers.at(-1)?.refuse();
        await settled();
        expect([lists(), header()]).toEqual([listing, `mcp-param-region-${String(listing)}`]);
        answers.at(-1)?.take();
        expect(await late).toBe("done");
      }
      await client.close();
    });
  });

  it("fails with the second refusal, and is not sent a third time", async () => {
    let calls = 0;
    const endpoint = scriptedEndpoint(
      modern(({ id, method }, to) => {
        if (method === "tools/list") to.result(id, { tools: [] });
        else to.error(id, headerMismatch, { call: (calls += 1) });
      }),
      { mirrors: true },
    );
    const client = await McpClient.connect(endpoint.transport, clock());
    await expect(client.callTool("query")).rejects.toMatchObject({ code: headerMismatch, data: { call: 2 } });
    expect(calls).toBe(2);
    await client.close();
  });

  it("fails as it did when the tools cannot be listed", async () => {
    const refusing: Script = ({ id, method }, to) => {
      to.error(id, method === "tools/list" ? -32603 : headerMismatch);
    };
    const endpoint = scriptedEndpoint(modern(refusing), { mirrors: true });
    const client = await McpClient.connect(endpoint.transport, clock());
    await expect(client.callTool("query")).rejects.toMatchObject({ code: headerMismatch });
    expect(endpoint.methods()).toEqual([["server/discover", "tools/call", "tools/list"]]);
    await client.close();
  });

  it.each([
    ["a request for something else", modern, (c: McpClient) => c.readResource("a:b"), headerMismatch],
    ["in the handshake era", legacy, (c: McpClient) => c.callTool("query"), headerMismatch],
    ["with another error", modern, (c: McpClient) => c.callTool("query"), -32602],
  ] as const)("is not sent again: %s", async (_, speaking, call, code) => {
    const refusing: Script = ({ id }, to) => {
      if (id !== undefined) to.error(id, code);
    };
    const endpoint = scriptedEndpoint(speaking(refusing, CAPABILITIES), { mirrors: true });
    const client = await McpClient.connect(endpoint.transport, clock());
    const before = endpoint.mirrored.length;
    await expect(call(client)).rejects.toMatchObject({ code });
    expect(endpoint.mirrored).toHaveLength(before + 1);
    await client.close();
  });
});

describe("a request that was lost with its connection", () => {
  const HINTS = { safe: { readOnlyHint: true }, again: { idempotentHint: true }, once: {}, plain: undefined };
  const tools = Object.entries(HINTS).map(([name, annotations]) => ({
    name,
    inputSchema: { type: "object" },
    ...(annotations !== undefined && { annotations }),
  }));
  const RESULTS: Record<string, JsonObject> = {
    "tools/list": { tools },
    "tools/call": { content: [{ type: "text", text: "done" }] },
    "prompts/list": { prompts: [] },
    "prompts/get": { messages: [] },
    "resources/list": { resources: [] },
    "resources/templates/list": { resourceTemplates: [] },
    "resources/read": { contents: [] },
    "completion/complete": { completion: { values: [] } },
  };
  const unsent = (): Error => new ConnectionLostError("no such session", { mayHaveBeenDelivered: false });

  /** Answers, until it is to lose so many requests of a method; says what it was sent on each connection. */
  async function losing(
    { delivered, times = 1, repeats = true }: { delivered: boolean; times?: number; repeats?: boolean },
    isLost: (message: Wire) => boolean,
  ): Promise<{
    readonly client: McpClient;
    readonly lost: () => number;
    readonly connections: () => number;
  }> {
    let lost = 0;
    const script: EndpointScript = (message, to, refuse) => {
      legacy(({ id, method }) => {
        if (isLost(message) && lost < times) {
          lost += 1;
          if (!delivered) refuse(unsent());
          to.lose("gone");
        } else if (id !== undefined) to.result(id, RESULTS[method ?? ""] ?? {});
      }, CAPABILITIES)(message, to);
    };
    const { attempts, windowMs } = REPEATING;
    const endpoint = scriptedEndpoint(script, {
      reconnect: repeats ? REPEATING : { attempts, windowMs },
    });
    const client = await McpClient.connect(endpoint.transport, clock());
    return { client, lost: () => lost, connections: () => endpoint.connections.length };
  }

  const calling =
    (name: string) =>
    ({ method, params }: Wire): boolean =>
      method === "tools/call" && params?.["name"] === name;

  it.each(Object.keys(HINTS))(
    "and was never delivered is sent once more on the next, whatever it does: %s",
    async (name) => {
      const { client, lost, connections } = await losing({ delivered: false }, calling(name));
      expect(textOf(await client.callTool(name))).toBe("done");
      expect([lost(), connections()]).toEqual([1, 2]);
      await client.close();
    },
  );

  it("is not sent a third time", async () => {
    const { client, lost } = await losing({ delivered: false, times: 2 }, calling("once"));
    await expect(client.callTool("once")).rejects.toThrow("no such session");
    expect(lost()).toBe(2);
    await client.close();
  });

  it.each([
    ["tools/list", (c: McpClient) => c.listTools()],
    ["prompts/list", (c: McpClient) => c.listPrompts()],
    ["prompts/get", (c: McpClient) => c.getPrompt("p")],
    ["resources/list", (c: McpClient) => c.listResources()],
    ["resources/templates/list", (c: McpClient) => c.listResourceTemplates()],
    ["resources/read", (c: McpClient) => c.readResource("a:b")],
    [
      "completion/complete",
      (c: McpClient) => c.complete({ type: "ref/prompt", name: "p" }, { name: "a", value: "" }),
    ],
    ["ping", (c: McpClient) => c.ping()],
  ] as const)("and may have been delivered is sent once more if it is safe: %s", async (method, call) => {
    const { client, lost } = await losing({ delivered: true }, (message) => message.method === method);
    await call(client);
    expect(lost()).toBe(1);
    await client.close();
  });

  it.each(["safe", "again"])(
    "and may have been delivered is sent once more if it calls a tool that may be: %s",
    async (name) => {
      const { client, lost } = await losing({ delivered: true }, calling(name));
      await client.listTools();
      expect(textOf(await client.callTool(name))).toBe("done");
      expect(lost()).toBe(1);
      await client.close();
    },
  );

  it.each([
    ["a tool that says nothing of it", (c: McpClient) => c.callTool("once")],
    ["a tool without annotations", (c: McpClient) => c.callTool("plain")],
    ["a tool that was never listed", (c: McpClient) => c.callTool("other")],
    ["a method of one's own", (c: McpClient) => c.request("acme/own", {})],
  ] as const)("and may have been delivered is not sent again for %s", async (_, call) => {
    const { client, connections } = await losing({ delivered: true }, ({ method }) =>
      ["tools/call", "acme/own"].includes(method ?? ""),
    );
    await client.listTools();
    await expect(call(client)).rejects.toMatchObject({ mayHaveBeenDelivered: true });
    await settled();
    expect(connections()).toBe(1);
    await client.close();
  });

  it("shares the next connection with others", async () => {
    const { client, lost, connections } = await losing({ delivered: true, times: 1 }, calling("safe"));
    await client.listTools();
    const pings = [client.callTool("safe"), client.ping(), client.ping(), client.listPrompts()];
    await Promise.all(pings);
    expect([lost(), connections()]).toEqual([1, 2]);
    await client.close();
  });

  it("is not sent again where the transport does not say so", async () => {
    const { client, connections } = await losing({ delivered: false, repeats: false }, calling("safe"));
    await client.listTools();
    await expect(client.callTool("safe")).rejects.toThrow("no such session");
    expect(connections()).toBe(1);
    await client.close();
  });

  it("is not sent again while its connection goes on, which may be what it is about", async () => {
    const refusing: EndpointScript = (message, to, refuse) => {
      if (message.method === "tools/call") refuse(unsent());
      else modern()(message, to);
    };
    const endpoint = scriptedEndpoint(refusing, { reconnect: REPEATING });
    const client = await McpClient.connect(endpoint.transport, clock());
    await expect(client.callTool("safe")).rejects.toThrow("no such session");
    expect(endpoint.methods()).toEqual([["server/discover", "tools/call"]]);
    await client.close();
  });
});
