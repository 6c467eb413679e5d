import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import { RefusedError, rememberedEra, scriptedEndpoint } from "../../test/support/scripted-endpoint.js";
import {
  discovered,
  initialized,
  legacy,
  modern,
  scriptedServer,
  type Script,
} from "../../test/support/scripted-server.js";
import { textOf } from "../../test/support/text-of.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import type { ClientTransport } from "../contract/index.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { Meta } from "../protocol/meta.js";
import { HANDSHAKE_REVISIONS } from "../protocol/revisions.js";
import { McpServer } from "../server/server.js";
import { ManualClock } from "../testing/manual-clock.js";
import { McpClient } from "./client.js";
import { NoCommonRevisionError } from "../protocol/client-errors.js";
import type { McpClientOptions } from "./options.js";

const VERSION = "2026-07-28";
const HANDSHAKE = ["server/discover", "initialize", "notifications/initialized"];

describe("finding out the era of a server", () => {
  it("takes one that discovers for a modern one, and makes no handshake", async () => {
    const server = scriptedServer(modern());
    const client = await McpClient.connect(server.transport, {
      info: { name: "me", version: "2" },
      capabilities: { experimental: { acme: {} } },
    });
    expect([client.era, client.revision]).toEqual(["stateless", VERSION]);
    expect(client.server).toEqual({ name: "modern", version: "1" });
    expect(client.capabilities).toEqual({ tools: {} });
    expect(server.methods()).toEqual([["server/discover"]]);
    expect(server.connections[0]?.received[0]?.params?.["_meta"]).toEqual({
      [Meta.protocolVersion]: VERSION,
      [Meta.clientInfo]: { name: "me", version: "2" },
      [Meta.clientCapabilities]: {
        experimental: { acme: {} },
        extensions: { "io.modelcontextprotocol/tasks": {} },
      },
    });
    await client.close();
  });

  it.each([
    ["-32601", (id) => ({ error: [id, -32601] })],
    ["-32602", (id) => ({ error: [id, -32602] })],
    ["-32600", (id) => ({ error: [id, -32600] })],
    ["an error of its own", (id) => ({ error: [id, -32000] })],
    ["a result that is no discovery", (id) => ({ result: [id, { tools: [] }] })],
    ["an empty result", (id) => ({ result: [id, {}] })],
    ["a discovery without capabilities", (id) => ({ result: [id, { supportedVersions: [VERSION] }] })],
    [
      "a discovery without a list of versions",
      (id) => ({ result: [id, { ...discovered(), supportedVersions: VERSION }] }),
    ],
  ] as [string, (id: string) => { error?: [string, number]; result?: [string, object] }][])(
    "takes one that answers the probe with %s for one of the handshake era",
    async (_, answer) => {
      const server = scriptedServer((message, to) => {
        if (message.method !== "server/discover") {
          legacy()(message, to);
          return;
        }
        const { error, result } = answer(String(message.id));
        if (error !== undefined) to.error(...error);
        if (result !== undefined) to.result(result[0], result[1] as ReturnType<typeof discovered>);
      });
      const client = await McpClient.connect(server.transport);
      expect([client.era, client.revision, client.server?.name]).toEqual([
        "handshake",
        "2025-11-25",
        "legacy",
      ]);
      expect(server.methods()).toEqual([HANDSHAKE]);
      await client.close();
    },
  );

  it("greets with what it can do, and nothing of the other era", async () => {
    const server = scriptedServer(legacy());
    const client = await McpClient.connect(server.transport, {
      info: "me",
      capabilities: { experimental: { acme: {} } },
    });
    expect(server.connections[0]?.received[1]?.params).toEqual({
      protocolVersion: "2025-11-25",
      capabilities: { experimental: { acme: {} } },
      clientInfo: { name: "me", version: "0.0.0" },
    });
    expect(server.connections[0]?.received[2]).toEqual({
      jsonrpc: "2.0",
      method: "notifications/initialized",
    });
    await client.close();
  });

  it.each(HANDSHAKE_REVISIONS)("agrees on %s when the server offers that", async (revision) => {
    const server = scriptedServer(legacy(undefined, {}, revision));
    const client = await McpClient.connect(server.transport);
    expect(client.revision).toBe(revision);
    await client.close();
  });

  it.each(["2026-07-28", "1900-01-01", 5])(
    "gives up on a handshake that offers %j, and closes the connection",
    async (offered) => {
      const server = scriptedServer(legacy(undefined, {}, offered as string));
      await expect(McpClient.connect(server.transport)).rejects.toThrow(NoCommonRevisionError);
      expect(server.closed).toEqual([0]);
      expect(server.methods()[0]).not.toContain("notifications/initialized");
    },
  );

  it("fails with the server's error when that refuses the handshake", async () => {
    const server = scriptedServer(({ id }, to) => to.error(id, -32603));
    await expect(McpClient.connect(server.transport)).rejects.toMatchObject({
      name: "ProtocolError",
      code: -32603,
    });
    expect(server.closed).toEqual([0]);
  });
});

describe("a server that refuses the version of the probe", () => {
  const refusing = (supported: unknown, times = 1): Script => {
    let left = times;
    return (message, to) => {
      if (message.method === "server/discover" && left-- > 0) {
        to.error(message.id, -32022, { supported: supported as string[], requested: VERSION });
      } else modern()(message, to);
    };
  };

  it("is asked once more with a version it lists, even if that is the refused one", async () => {
    const server = scriptedServer(refusing([VERSION, "2099-01-01"]));
    const client = await McpClient.connect(server.transport);
    expect(client.revision).toBe(VERSION);
    expect(server.methods()).toEqual([["server/discover", "server/discover"]]);
    const [first, second] = server.connections[0]?.received ?? [];
    expect(first?.id).not.toBe(second?.id);
    await client.close();
  });

  it("is asked no third time, nor greeted", async () => {
    const server = scriptedServer(refusing([VERSION], 5));
    await expect(McpClient.connect(server.transport)).rejects.toThrow(Error);
    expect(server.methods()).toEqual([["server/discover", "server/discover"]]);
    expect(server.closed).toEqual([0]);
  });

  it.each([[["2099-01-01"]], [[]], ["nonsense"], [[5, null]], [undefined]])(
    "is given up when it lists %j",
    async (supported) => {
      const server = scriptedServer(refusing(supported, 5));
      await expect(McpClient.connect(server.transport)).rejects.toThrow(NoCommonRevisionError);
      expect(server.methods()).toEqual([["server/discover"]]);
    },
  );

  it.each([-32020, -32021])("or answers with %i is modern, and its error is the caller's", async (code) => {
    const server = scriptedServer(({ id }, to) => to.error(id, code));
    await expect(McpClient.connect(server.transport)).rejects.toMatchObject({ name: "ProtocolError", code });
    expect(server.methods()).toEqual([["server/discover"]]);
  });

  it("or discovers no version in common is given up", async () => {
    const server = scriptedServer(({ id }, to) =>
      to.result(id, { ...discovered(), supportedVersions: ["2099-01-01"] }),
    );
    await expect(McpClient.connect(server.transport)).rejects.toMatchObject({
      name: "NoCommonRevisionError",
      supportedByServer: ["2099-01-01"],
    });
  });

  it("or discovers versions that are no text is given up for the same reason", async () => {
    const server = scriptedServer(({ id }, to) =>
      to.result(id, { ...discovered(), supportedVersions: [{ toString: 1 }, null, "2099-01-01"] }),
    );
    await expect(McpClient.connect(server.transport)).rejects.toMatchObject({
      name: "NoCommonRevisionError",
      supportedByServer: ["2099-01-01"],
    });
  });
});

describe("a server that does not answer the probe", () => {
  const connecting = async (
    script: Script,
    options: McpClientOptions = {},
  ): Promise<{
    clock: ManualClock;
    server: ReturnType<typeof scriptedServer>;
    client: Promise<McpClient>;
  }> => {
    const clock = new ManualClock();
    const server = scriptedServer(script);
    const client = McpClient.connect(server.transport, { clock, ...options });
    client.catch(() => undefined); // looked at by the test, maybe later
    await settled();
    return { clock, server, client };
  };

  it("soon is greeted on the same connection", async () => {
    const silent: Script = (message, to) => {
      if (message.method !== "server/discover") legacy()(message, to);
    };
    const { clock, server, client } = await connecting(silent);
    clock.advance(4_999);
    await settled();
    expect(server.methods()).toEqual([["server/discover"]]);
    clock.advance(1);
    expect((await client).era).toBe("handshake");
    expect(server.methods()).toEqual([HANDSHAKE]);
    await (await client).close();
  });

  it("within the time that was asked for is greeted then", async () => {
    const { clock, server } = await connecting(() => undefined, { probeTimeoutMs: 50 });
    clock.advance(50);
    await settled();
    expect(server.methods()).toEqual([["server/discover", "initialize"]]);
  });

  it("in time but late, as a modern one, is modern, whatever becomes of the greeting", async () => {
    for (const greeted of ["silence", "error"]) {
      const { clock, server, client } = await connecting((message, to) => {
        if (message.method === "initialize" && greeted === "error") to.error(message.id, -32601);
      });
      clock.advance(5_000);
      await settled();
      const [end] = server.connections;
      end?.result(end.received[0]?.id, discovered());
      await settled();
      clock.advance(5_000);
      expect((await client).era).toBe("stateless");
      expect(server.methods()[0]).not.toContain("notifications/initialized");
      await (await client).close();
    }
  });

  it("and then answers both is of the handshake era, which it was asked for last", async () => {
    for (const between of [settled, () => Promise.resolve()]) {
      const { clock, server, client } = await connecting(() => undefined);
      clock.advance(5_000);
      await settled();
      const [end] = server.connections;
      end?.result(end.received[0]?.id, discovered());
      await between();
      end?.result(end.received[1]?.id, initialized());
      expect((await client).era).toBe("handshake");
      expect(server.methods()).toEqual([HANDSHAKE]);
      await (await client).close();
    }
  });

  it("in time but late, as one of the handshake era does, is spoken to as it answered the greeting", async () => {
    const { clock, server, client } = await connecting(() => undefined);
    clock.advance(5_000);
    await settled();
    const [end] = server.connections;
    end?.error(end.received[0]?.id, -32601);
    await settled();
    end?.result(end.received[1]?.id, initialized());
    expect((await client).era).toBe("handshake");
    expect(server.methods()).toEqual([HANDSHAKE]);
    await (await client).close();
  });

  it("and answers the greeting first is of the handshake era, and a later answer to the probe changes nothing", async () => {
    const { clock, server, client } = await connecting((message, to) => {
      if (message.method === "initialize") to.result(message.id, initialized());
    });
    clock.advance(5_000);
    expect((await client).era).toBe("handshake");
    const [end] = server.connections;
    end?.result(end.received[0]?.id, discovered());
    await settled();
    expect((await client).era).toBe("handshake");
    await (await client).close();
  });

  it("nor the greeting is given up in the end, and its connection closed", async () => {
    const unhandled = await unhandledDuring(async () => {
      const { clock, server, client } = await connecting(() => undefined, { timeoutMs: 5000 });
      clock.advance(5_000);
      await settled();
      clock.advance(10_000);
      await settled();
      await expect(client).rejects.toMatchObject({ name: "RequestTimeoutError" });
      expect(server.closed).toEqual([0]);
    });
    expect(unhandled).toEqual([]);
  });
});

describe("a server that exits on the probe", () => {
  const exiting: Script = (message, to) => {
    if (message.method === "server/discover") to.lose("exit code 1");
    else legacy()(message, to);
  };

  it("is started once more, and greeted", async () => {
    const server = scriptedServer(exiting);
    const client = await McpClient.connect(server.transport);
    expect(client.era).toBe("handshake");
    expect(server.methods()).toEqual([["server/discover"], ["initialize", "notifications/initialized"]]);
    await client.close();
  });

  it("and on the greeting is not started a third time", async () => {
    const server = scriptedServer((_message, to) => to.lose("exit code 1"));
    await expect(McpClient.connect(server.transport)).rejects.toThrow(ConnectionLostError);
    expect(server.methods()).toEqual([["server/discover"], ["initialize"]]);
  });

  it("is not started again for a client of one era", async () => {
    for (const era of ["stateless", "handshake"] as const) {
      const server = scriptedServer((_message, to) => to.lose("exit code 1"));
      await expect(McpClient.connect(server.transport, { era })).rejects.toThrow("exit code 1");
      expect(server.connections).toHaveLength(1);
    }
  });
});

describe("a client of one era, or of some revisions", () => {
  it("of the handshake era greets at once", async () => {
    const server = scriptedServer(legacy());
    const client = await McpClient.connect(server.transport, { era: "handshake" });
    expect(server.methods()).toEqual([HANDSHAKE.slice(1)]);
    await client.close();
  });

  it("of the stateless era says of an older server that it is too old", async () => {
    const server = scriptedServer(legacy());
    await expect(McpClient.connect(server.transport, { era: "stateless" })).rejects.toThrow(
      NoCommonRevisionError,
    );
    expect(server.methods()).toEqual([["server/discover"]]);
  });

  it("asks for the newest of its revisions, and takes no other", async () => {
    const revisions = ["2025-03-26", "2025-06-18"] as const;
    const server = scriptedServer(legacy(undefined, {}, "2025-06-18"));
    const client = await McpClient.connect(server.transport, { revisions });
    expect(server.connections[0]?.received[0]?.params).toMatchObject({ protocolVersion: "2025-06-18" });
    await client.close();
    const newer = scriptedServer(legacy(undefined, {}, "2025-11-25"));
    await expect(McpClient.connect(newer.transport, { revisions })).rejects.toThrow(NoCommonRevisionError);
  });

  it.each([
    [{ era: "legacy" }, 'era may be "handshake", "stateless", not "legacy"'],
    [{ era: null }, 'era may be "handshake", "stateless", not null'],
    [{ revisions: ["2025-11-25", "2025-11-5"] }, /"2024-11-05", .*, "2026-07-28", not "2025-11-5"$/],
    [{ revisions: "2025-11-25" }, /^revisions may be /],
  ])("of what there is not does not even connect: %j", async (options, message) => {
    const server = scriptedServer(legacy());
    const connecting = McpClient.connect(server.transport, options as unknown as McpClientOptions); // in JavaScript
    await expect(connecting).rejects.toThrow(message);
    await expect(connecting).rejects.toThrow(RangeError);
    expect(server.connections).toEqual([]);
  });

  it("of none does not even connect", async () => {
    const server = scriptedServer(legacy());
    await expect(
      McpClient.connect(server.transport, { era: "stateless", revisions: ["2025-11-25"] }),
    ).rejects.toThrow(NoCommonRevisionError);
    expect(server.connections).toEqual([]);
  });

  it("meets a server of Towpath's in every combination that has a revision in common", async () => {
    const serve = (revisions: readonly (typeof VERSION | "2025-06-18")[]): McpServer => {
      const server = new McpServer("s", { revisions });
      server.tool("a", {}, (_args, ctx) => ctx.client.revision);
      return server;
    };
    const [both, old, fresh] = [["2025-06-18", VERSION], ["2025-06-18"], [VERSION]] as const;
    const outcomes = [];
    for (const ours of [both, old, fresh]) {
      for (const theirs of [both, old, fresh]) {
        const client = await McpClient.connect(serve(theirs), { revisions: ours }).catch(
          (error: unknown) => error,
        );
        if (client instanceof McpClient) {
          outcomes.push(textOf(await client.callTool("a")));
          await client.close();
        } else outcomes.push((client as Error).name);
      }
    }
    expect(outcomes).toEqual([
      VERSION,
      "2025-06-18",
      VERSION,
      "2025-06-18",
      "2025-06-18",
      "ProtocolError",
      VERSION,
      "NoCommonRevisionError",
      VERSION,
    ]);
  });
});

describe("connecting", () => {
  it("fails with the reason of a transport that cannot connect", async () => {
    const transport: ClientTransport = {
      name: "broken",
      connect: () => Promise.reject(new Error("no such command")),
    };
    await expect(McpClient.connect(transport)).rejects.toThrow("no such command");
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: -1 },
    { timeoutMs: NaN },
    { maxTotalTimeoutMs: 0 },
    { probeTimeoutMs: 0 },
    { timeoutMs: "5" as unknown as number },
  ])("refuses %j before anything is sent", async (options) => {
    const server = scriptedServer(modern());
    await expect(McpClient.connect(server.transport, options)).rejects.toThrow(RangeError);
    expect(server.connections).toEqual([]);
  });

  it("answers a ping that comes before the handshake is over", async () => {
    const server = scriptedServer((message, to) => {
      if (message.method === "initialize") to.send({ jsonrpc: "2.0", id: "early", method: "ping" });
      else if (message.id === "early") to.result(to.received[1]?.id, initialized());
      else legacy()(message, to);
    });
    const client = await McpClient.connect(server.transport);
    expect(server.connections[0]?.received[2]).toEqual({ jsonrpc: "2.0", id: "early", result: {} });
    await client.close();
  });

  it("asks a server of the handshake era for the log level, once, if it logs at all", async () => {
    const answering = legacy(
      (message, to) => {
        if (message.id !== undefined) to.result(message.id, {});
      },
      { logging: {} },
    );
    const [logs, silent] = [scriptedServer(answering), scriptedServer(legacy())];
    for (const server of [logs, silent])
      await (await McpClient.connect(server.transport, { logLevel: "info" })).close();
    expect(logs.methods()).toEqual([[...HANDSHAKE, "logging/setLevel"]]);
    expect(logs.connections[0]?.received[3]?.params).toEqual({ level: "info" });
    expect(silent.methods()).toEqual([HANDSHAKE]);
  });

  it("goes on when the server refuses the log level, and closes the connection when it does not answer", async () => {
    const refusing = scriptedServer(legacy(({ id }, to) => to.error(id, -32601), { logging: {} }));
    await (await McpClient.connect(refusing.transport, { logLevel: "info" })).close();
    const clock = new ManualClock();
    const silent = scriptedServer(legacy(undefined, { logging: {} }));
    const client = McpClient.connect(silent.transport, { logLevel: "info", clock });
    client.catch(() => undefined); // looked at below
    await settled();
    clock.advance(60_000);
    await expect(client).rejects.toMatchObject({ name: "RequestTimeoutError" });
    expect(silent.closed).toEqual([0]);
  });
});

describe("an era that the transport remembers", () => {
  const refusing =
    (error: Error, then: Script = legacy()): Parameters<typeof scriptedEndpoint>[0] =>
    (message, to, refuse) => {
      if (message.method === "server/discover") refuse(error);
      else then(message, to);
    };
  const lost = new ConnectionLostError("reset", { mayHaveBeenDelivered: true });

  it.each([
    ["stateless", "discovers", modern(), ["server/discover"]],
    ["handshake", "answers the probe with an error of the other era", legacy(), HANDSHAKE],
    ["handshake", "refuses the probe as one of that era", refusing(new RefusedError()), HANDSHAKE],
  ] as const)("is %s when a server %s", async (era, _, script, methods) => {
    const eras = rememberedEra();
    const endpoint = scriptedEndpoint(script, { eras });
    const client = await McpClient.connect(endpoint.transport);
    expect([client.era, eras.told]).toEqual([era, [era]]);
    expect(endpoint.methods()).toEqual([methods]);
    await client.close();
  });

  it("saves the probe", async () => {
    const endpoint = scriptedEndpoint(legacy(), { eras: rememberedEra("handshake") });
    const client = await McpClient.connect(endpoint.transport);
    expect(client.era).toBe("handshake");
    expect(endpoint.methods()).toEqual([HANDSHAKE.slice(1)]);
    await client.close();
  });

  it("saves the greeting of a server that is slow to discover", async () => {
    const clock = new ManualClock();
    const endpoint = scriptedEndpoint(() => undefined, { eras: rememberedEra("stateless") });
    const client = McpClient.connect(endpoint.transport, { clock });
    await settled();
    clock.advance(10_000);
    await settled();
    const [end] = endpoint.connections;
    end?.result(end.received[0]?.id, discovered());
    expect((await client).era).toBe("stateless");
    expect(endpoint.methods()).toEqual([["server/discover"]]);
    await (await client).close();
  });

  it("is the server's own word, and not what a client of one era speaks", async () => {
    for (const [era, script] of [
      ["handshake", legacy()],
      ["stateless", modern()],
    ] as const) {
      const eras = rememberedEra(era === "handshake" ? "stateless" : "handshake");
      const endpoint = scriptedEndpoint(script, { eras });
      const client = await McpClient.connect(endpoint.transport, { era });
      expect([client.era, eras.told]).toEqual([era, []]);
      await client.close();
    }
  });

  describe("when the server is slow", () => {
    const slow = async (accepted?: Promise<void>) => {
      const clock = new ManualClock();
      const eras = rememberedEra();
      const traits = { eras, ...(accepted !== undefined && { accepted }) };
      const endpoint = scriptedEndpoint(() => undefined, traits);
      const client = McpClient.connect(endpoint.transport, { clock });
      await settled();
      clock.advance(5_000);
      await settled();
      const [end] = endpoint.connections;
      if (end === undefined) throw new Error("The client did not connect");
      const [probe, greeting] = end.received.map(({ id }) => id);
      return { eras, client, end, probe, greeting };
    };

    it("is not that of the greeting, which a server of both eras answers too", async () => {
      const { eras, client, end, greeting } = await slow();
      end.result(greeting, initialized());
      expect((await client).era).toBe("handshake");
      expect(eras.told).toEqual([]);
      await (await client).close();
    });

    it("is not that of the greeting either when the probe is answered while that is being settled", async () => {
      const accepted = gate();
      const { eras, client, end, probe, greeting } = await slow(accepted.promise);
      end.result(greeting, initialized());
      await settled();
      end.result(probe, discovered());
      await settled();
      accepted.open();
      expect((await client).era).toBe("handshake");
      expect(eras.told).toEqual([]);
      await (await client).close();
    });

    it("is that of its answer to the probe, if both are there at once: each is of a request of its own", async () => {
      const { eras, client, end, probe, greeting } = await slow();
      end.result(probe, discovered());
      end.result(greeting, initialized());
      expect((await client).era).toBe("stateless");
      expect(eras.told).toEqual(["stateless"]);
      await (await client).close();
    });

    it("is that of its answer to the probe, if that is there first", async () => {
      const { eras, client, end, probe, greeting } = await slow();
      end.error(probe, -32601);
      await settled();
      end.result(greeting, initialized());
      expect((await client).era).toBe("handshake");
      expect(eras.told).toEqual(["handshake"]);
      await (await client).close();
    });
  });

  it.each([
    ["handshake", "an error", modern(({ id }, to) => to.error(id, -32601)), "stateless"],
    [
      "handshake",
      "no revision in common",
      modern(({ id }, to) => to.result(id, initialized("1900-01-01"))),
      "stateless",
    ],
    ["stateless", "an error", legacy(), "handshake"],
    ["stateless", "a refusal", refusing(new RefusedError()), "handshake"],
  ] as const)(
    "and is %s, while the server answers with %s, is forgotten, and found out anew at once",
    async (remembered, _, script, era) => {
      const eras = rememberedEra(remembered);
      const endpoint = scriptedEndpoint(script, { eras });
      const client = await McpClient.connect(endpoint.transport);
      expect([client.era, eras.told]).toEqual([era, [undefined, era]]);
      expect(endpoint.connections).toHaveLength(2);
      expect(endpoint.closed).toEqual([0]);
      await client.close();
    },
  );

  it("and is handshake, while the greeting is refused, is forgotten, and found out anew at once", async () => {
    const eras = rememberedEra("handshake");
    const endpoint = scriptedEndpoint(
      (message, to, refuse) => {
        if (message.method === "initialize") refuse(new RefusedError());
        else modern()(message, to);
      },
      { eras },
    );
    const client = await McpClient.connect(endpoint.transport);
    expect([client.era, eras.told]).toEqual(["stateless", [undefined, "stateless"]]);
    await client.close();
  });

  it.each([
    ["nothing", undefined],
    ["stateless", "stateless"],
    ["handshake", "handshake"],
  ] as const)("and is %s, stays so when a failure says nothing of it", async (_, remembered) => {
    for (const failure of [new Error("401"), lost]) {
      const eras = rememberedEra(remembered);
      const endpoint = scriptedEndpoint((_message, _to, refuse) => refuse(failure), { eras });
      await expect(McpClient.connect(endpoint.transport)).rejects.toBe(failure);
      expect([eras.told, endpoint.closed]).toEqual([[], [0]]);
      expect(endpoint.methods()).toEqual([[remembered === "handshake" ? "initialize" : "server/discover"]]);
    }
  });

  it("is found out only once more when it is wrong and the server answers neither", async () => {
    const eras = rememberedEra("handshake");
    const endpoint = scriptedEndpoint(({ id }, to) => to.error(id, -32603), { eras });
    await expect(McpClient.connect(endpoint.transport)).rejects.toMatchObject({ code: -32603 });
    expect(endpoint.methods()).toEqual([["initialize"], ["server/discover", "initialize"]]);
    expect([eras.told, endpoint.closed]).toEqual([[undefined], [0, 1]]);
  });

  it("is that of the next connection too, which is made without asking", async () => {
    const eras = rememberedEra();
    const reconnect = { attempts: 5, windowMs: 60_000 };
    const endpoint = scriptedEndpoint(
      legacy(({ id }, to) => to.result(id, {})),
      { eras, reconnect },
    );
    const client = await McpClient.connect(endpoint.transport);
    endpoint.connections[0]?.lose("gone");
    await settled();
    await client.ping();
    expect(endpoint.methods()).toEqual([HANDSHAKE, [...HANDSHAKE.slice(1), "ping"]]);
    expect(eras.told).toEqual(["handshake"]);
    await client.close();
  });
});
