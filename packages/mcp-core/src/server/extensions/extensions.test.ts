import { describe, expect, it } from "vitest";
import { handshaken, openLink, settled } from "../../../test/support/link.js";
import { unhandledDuring } from "../../../test/support/unhandled.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Method, ServerExtension } from "../../extension/server.js";
import { recipientOf } from "../recipient.js";
import { McpServer } from "../server.js";

const ID = "io.example/tasks";
const method = (eras: Method["eras"], more: Partial<Method> = {}): Method => ({
  eras,
  handle: (params, ctx) => ({ era: ctx.client.era, n: params["n"] }),
  ...more,
});

function extended(
  extension: Partial<ServerExtension> = {},
  options: { onError?: (error: unknown) => void } = {},
): McpServer {
  const server = new McpServer("s", { logging: false, extensions: [{ id: ID, ...extension }], ...options });
  return server;
}

const methods = {
  "tasks/get": method(["handshake", "stateless"]),
  "tasks/old": method(["handshake"]),
  "tasks/new": method(["stateless"]),
};

describe("an extension", () => {
  it("owns methods, in the eras it names", async () => {
    const { request, stateless } = await handshaken(extended({ methods }));
    const ask = async (name: string): Promise<unknown[]> => {
      const replies = [await request(name, { n: 5 }), await stateless(name, { n: 5 })];
      return replies.map((reply) => reply?.error?.code ?? reply?.result?.["era"]);
    };
    expect(await ask("tasks/get")).toEqual(["handshake", "stateless"]);
    expect(await ask("tasks/old")).toEqual(["handshake", -32601]);
    expect(await ask("tasks/new")).toEqual([-32601, "stateless"]);
  });

  it("is declared with its settings, in both eras", async () => {
    const declared = async (extension: Partial<ServerExtension>): Promise<unknown[]> => {
      const { stateless } = openLink(extended(extension));
      const discovered = await stateless("server/discover");
      const { request } = openLink(extended(extension));
      const params = {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "n", version: "1" },
      };
      const initialized = await request("initialize", params);
      return [discovered?.result?.["capabilities"], initialized?.result?.["capabilities"]];
    };
    expect(await declared({})).toEqual([{ extensions: { [ID]: {} } }, { extensions: { [ID]: {} } }]);
    expect(
      await declared({ settings: { max: 5 }, capabilities: { handshake: { tasks: { list: {} } } } }),
    ).toEqual([
      { extensions: { [ID]: { max: 5 } } },
      { extensions: { [ID]: { max: 5 } }, tasks: { list: {} } },
    ]);
  });

  it("may make its methods depend on a capability, which it or the author declares", async () => {
    const dependent = { "tasks/get": method(["handshake", "stateless"], { capability: "tasks" }) };
    const { request, stateless } = await handshaken(
      extended({ methods: dependent, capabilities: { handshake: { tasks: {} } } }),
    );
    expect((await request("tasks/get"))?.result).toMatchObject({ era: "handshake" });
    expect((await stateless("tasks/get"))?.error?.code).toBe(-32601);
    const server = new McpServer("s", {
      capabilities: { tasks: {} },
      extensions: [{ id: ID, methods: dependent }],
    });
    expect((await openLink(server).stateless("tasks/get"))?.result).toMatchObject({ era: "stateless" });
  });

  it("sends results of a type of its own only to clients that declared it", async () => {
    const task = method(["stateless"], { handle: () => ({ resultType: "task", id: 1 }) });
    const server = extended({ methods: { "tasks/make": task }, resultTypes: ["task"] });
    const { stateless } = openLink(server);
    const capabilities = { extensions: { [ID]: {} } };
    expect((await stateless("tasks/make", {}, { capabilities }))?.result).toMatchObject({
      resultType: "task",
      id: 1,
    });
    expect((await stateless("tasks/make"))?.error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { extensions: { [ID]: {} } } },
    });
  });

  it("takes the client's notifications, and no others", async () => {
    const taken: unknown[] = [];
    const note = (params: JsonObject | undefined): void => void taken.push(params);
    const { notify } = openLink(extended({ notifications: { "notifications/tasks/touched": note } }));
    notify("notifications/tasks/touched", { id: 1 });
    notify("notifications/tasks/touched");
    for (const other of ["notifications/other", "constructor", "toString", "__proto__"]) notify(other, {});
    await settled();
    expect(taken).toEqual([{ id: 1 }, undefined]);
  });

  it("sees who sent a notification, where somebody made a handshake", async () => {
    const callers: unknown[] = [];
    const server = extended({ notifications: { n: (_params, caller) => void callers.push(caller) } });
    openLink(server).notify("n");
    (await handshaken(server, "2025-06-18", { capabilities: { roots: {} } })).notify("n");
    await settled();
    const info = { name: "tester", version: "1" };
    expect(callers).toEqual([
      undefined,
      { era: "handshake", revision: "2025-06-18", info, capabilities: { roots: {} } },
    ]);
  });

  it("sees from which connection or session a notification came, and of whom", async () => {
    const from: unknown[] = [];
    const server = extended({ notifications: { n: (_params, _caller, by) => void from.push(by) } });
    const session = { id: "session-1", remember: () => undefined };
    openLink(server, { principal: { id: "ann" }, session }).notify("n");
    const { notify, peer } = openLink(server);
    notify("n");
    await settled();
    expect(from).toEqual([
      { recipient: "session-1", principal: { id: "ann" } },
      { recipient: recipientOf(peer), principal: undefined },
    ]);
  });

  it("announces changes of a list of its own, to clients of the handshake era it was declared to", async () => {
    const changed = "notifications/examples/list_changed";
    const declaring = extended({ capabilities: { handshake: { examples: { listChanged: true } } } });
    const told = await handshaken(declaring);
    const untold = await handshaken(extended());
    declaring.announce(changed);
    declaring.announce(changed);
    declaring.announce("notifications/examples/touched", { id: 1 });
    await settled();
    expect([told.pushed, untold.pushed]).toEqual([[{ jsonrpc: "2.0", method: changed }], []]);
  });

  it("announces with an object of JSON for params", () => {
    for (const params of ["text", [1], { big: 5n }])
      expect(() => extended().announce("n", params as unknown as JsonObject)).toThrow(TypeError);
  });

  it("may fail at a notification without hurting anything; the author is told", async () => {
    const told: unknown[] = [];
    const failures = [
      () => {
        throw new Error("now");
      },
      () => Promise.reject(new Error("later")),
    ];
    const unhandled = await unhandledDuring(async () => {
      for (const failing of failures) {
        const server = extended(
          { notifications: { n: failing } },
          { onError: (error) => void told.push(error) },
        );
        const { notify, stateless } = openLink(server);
        notify("n");
        expect((await stateless("server/discover"))?.result).toBeDefined();
      }
    });
    expect(unhandled).toEqual([]);
    expect(told).toMatchObject([{ message: "now" }, { message: "later" }]);
  });
});
