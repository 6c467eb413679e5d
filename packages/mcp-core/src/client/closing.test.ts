import { describe, expect, it } from "vitest";
import { settled } from "../../test/support/link.js";
import { scriptedEndpoint, type EndpointScript } from "../../test/support/scripted-endpoint.js";
import { legacy, modern, type Script } from "../../test/support/scripted-server.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import type { ClientConnection, ClientTransport } from "../contract/index.js";
import { McpErrorCode } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";
import type { McpClientOptions } from "./options.js";
// Loaded from here, they are there in the turn in which the client needs them.
import "./answering/rounds.js";
import "./subscriptions/subscriptions.js";
// Loaded for the first who needs it, which takes longer than these tests let pass.
import "./list-pages.js";
import "./output-schemas.js";
import "./second-attempt.js";

const REPEATING = { attempts: 5, windowMs: 60_000, repeats: true } as const;
const DECLARED = { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} };

/** What a connection after the first one does not do. */
type Stuck = "connect" | "answer" | "accept";

interface Setting {
  readonly script: EndpointScript;
  readonly stuck?: Stuck;
  readonly options?: McpClientOptions;
}

interface Client {
  readonly client: McpClient;
  /** The first connection is lost. */
  readonly lose: () => Promise<void>;
}

/** A client whose connections do not end when they are closed, and fail no call by themselves. */
async function connected({ script, stuck, options }: Setting): Promise<Client> {
  const endpoint = scriptedEndpoint(
    (message, to, refuse) => {
      if (to.index === 0 || stuck !== "answer") script(message, to, refuse);
    },
    { mirrors: true, reconnect: REPEATING },
  );
  let connections = 0;
  const transport: ClientTransport = {
    ...endpoint.transport,
    connect: async (receiver) => {
      connections += 1;
      if (connections > 1 && stuck === "connect") await never();
      const connection = await endpoint.transport.connect(receiver);
      const accepts = connections === 1 || stuck !== "accept";
      const notify: ClientConnection["notify"] = accepts ? (message) => connection.notify(message) : never;
      return { ...connection, notify, close: never };
    },
  };
  const client = await McpClient.connect(transport, { clock: new ManualClock(), ...options });
  const lose = async (): Promise<void> => {
    endpoint.connections[0]?.lose("gone");
    await settled();
  };
  return { client, lose };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** How something has ended by now. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = "pending";
  promise.then(
    () => (outcome = "done"),
    (error: unknown) => (outcome = error),
  );
  await settled();
  await settled();
  return outcome;
}

const WORK: readonly { readonly name: string; readonly work: (client: McpClient) => Promise<unknown> }[] = [
  { name: "a call of a tool", work: (client) => client.callTool("a") },
  { name: "a list", work: (client) => client.listTools() },
  { name: "a request", work: (client) => client.request("acme/ask", {}) },
  { name: "a ping", work: (client) => client.ping() },
  {
    name: "a subscription to a list",
    work: (client) => client.listen({ toolsListChanged: true }, () => undefined),
  },
  {
    name: "a subscription to a resource",
    work: (client) => client.listen({ resourceSubscriptions: ["note://1"] }),
  },
];

const CLOSED = { name: "ConnectionLostError", message: "The client was closed" };

/** Closes the client while something is under way, and says what becomes of that. */
async function closedDuring(client: McpClient, work: Promise<unknown>): Promise<unknown> {
  work.catch(() => undefined); // looked at below
  await settled();
  void client.close();
  return outcomeOf(work);
}

describe.each([
  ["handshake", legacy, "a subscription to a list"],
  ["stateless", modern, "a ping"],
] as const)("a client of a server of the %s era that is closed", (era, speaking, answeredAtOnce) => {
  const silent = speaking(undefined, DECLARED);

  it.each(WORK.filter(({ name }) => name !== answeredAtOnce))(
    "fails $name that is not answered",
    async ({ work }) => {
      const { client } = await connected({ script: silent });
      expect(await closedDuring(client, work(client))).toMatchObject(CLOSED);
    },
  );

  it.each(
    (["connect", "answer", "accept"] as const).flatMap((stuck) =>
      stuck === "accept" && era === "stateless" ? [] : WORK.map((each) => ({ ...each, stuck })),
    ),
  )("fails $name that waits for a new connection which does not $stuck", async ({ work, stuck }) => {
    const unhandled = await unhandledDuring(async () => {
      const { client, lose } = await connected({ script: silent, stuck });
      await lose();
      const outcome = await closedDuring(client, work(client));
      expect(outcome).toMatchObject({ ...CLOSED, mayHaveBeenDelivered: expect.any(Boolean) as boolean });
    });
    expect(unhandled).toEqual([]);
  });

  it.each(WORK)("leaves $name pending at no point on the way", async ({ work }) => {
    for (let turns = 0; turns < 60; turns += 1) {
      const { client, lose } = await connected({ script: silent });
      await lose();
      const begun = work(client);
      begun.catch(() => undefined); // looked at below
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      void client.close();
      expect([turns, await outcomeOf(begun)]).not.toEqual([turns, "pending"]);
      expect([turns, await outcomeOf(work(client))]).toMatchObject([turns, CLOSED]);
    }
  });

  it("ends the subscriptions there are, and whoever iterates over them", async () => {
    const script: Script = ({ id, method, params }, to) => {
      if (method === "subscriptions/listen") {
        const acknowledged = {
          notifications: params?.["notifications"],
          _meta: { [Meta.subscriptionId]: id ?? 0 },
        };
        to.send({
          jsonrpc: "2.0",
          method: "notifications/subscriptions/acknowledged",
          params: acknowledged,
        });
      } else if (method === "resources/subscribe") to.result(id, {});
    };
    const { client } = await connected({ script: speaking(script, DECLARED) });
    const changes = await client.listen({ resourceSubscriptions: ["note://1"] });
    const other = await client.listen({ resourceSubscriptions: ["note://2"] });
    const seen: unknown[] = [];
    const iterated = (async () => {
      for await (const change of changes) seen.push(change);
    })();
    const ended = [iterated, changes.closed, other.closed, other.close()];
    await settled();
    void client.close();
    expect(await Promise.all(ended.map(outcomeOf))).toEqual(["done", "done", "done", "done"]);
    expect(seen).toEqual([]);
  });
});

describe("a client that is closed", () => {
  it("fails a call whose questions nobody answers", async () => {
    const signals: AbortSignal[] = [];
    const question = {
      method: "elicitation/create",
      params: { message: "?", requestedSchema: { type: "object", properties: {} } },
    };
    const script: Script = ({ id, method }, to) => {
      if (method === "tools/call")
        to.result(id, { resultType: "input_required", inputRequests: { q: question } });
    };
    const elicit: McpClientOptions["elicit"] = (_, { signal }) => {
      signals.push(signal);
      return never();
    };
    const { client } = await connected({ script: modern(script, DECLARED), options: { elicit } });
    expect(await closedDuring(client, client.callTool("a"))).toMatchObject(CLOSED);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("lets a result pass whose tool could not be looked up any more", async () => {
    const script: Script = ({ id, method }, to) => {
      if (method === "tools/call")
        to.result(id, { resultType: "complete", content: [], structuredContent: {} });
    };
    const { client } = await connected({ script: modern(script, DECLARED) });
    expect(await closedDuring(client, client.callTool("a"))).toBe("done");
  });

  it("fails a call whose second attempt waits for the tools to be listed", async () => {
    const script: Script = ({ id, method }, to) => {
      if (method === "tools/call") to.error(id, McpErrorCode.headerMismatch);
    };
    const { client } = await connected({ script: modern(script, DECLARED) });
    expect(await closedDuring(client, client.callTool("a"))).toMatchObject(CLOSED);
  });

  it("fails a call that waits for the log level to be set on a new connection", async () => {
    const script: Script = ({ id, method }, to) => {
      if (method === "logging/setLevel" && to.index === 0) to.result(id, {});
    };
    const options: McpClientOptions = { logLevel: "error" };
    const { client, lose } = await connected({ script: legacy(script, DECLARED), options });
    await lose();
    expect(await closedDuring(client, client.callTool("a"))).toMatchObject(CLOSED);
  });

  it("connects to no further process when it was closed while one was asked for its era", async () => {
    const endpoint = scriptedEndpoint(
      (message, to) => {
        if (to.index === 0) modern(undefined, DECLARED)(message, to);
        else if (to.index === 1) to.lose("gone");
      },
      { reconnect: REPEATING },
    );
    const client = await McpClient.connect(endpoint.transport, { clock: new ManualClock() });
    endpoint.connections[0]?.lose("gone");
    await settled();
    await expect(client.callTool("a")).rejects.toThrow("gone"); // its era is no longer known
    const call = client.callTool("a");
    expect(await closedDuring(client, call)).toMatchObject({ ...CLOSED, mayHaveBeenDelivered: false });
    expect(endpoint.connections).toHaveLength(3);
    expect(endpoint.closed).toContain(2);
  });
});
