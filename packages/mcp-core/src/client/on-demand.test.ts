import { describe, expect, it } from "vitest";
import { connectedClient } from "../../test/support/connected-client.js";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import { legacy, modern } from "../../test/support/scripted-server.js";
import { unhandledDuring } from "../../test/support/unhandled.js";
import { OnDemand } from "./on-demand.js";

const unexpected = (error: unknown): void => {
  throw error;
};

describe("a part that is loaded on demand", () => {
  it("is loaded once, and not before it is needed", async () => {
    let loads = 0;
    const part = new OnDemand(() => Promise.resolve({ n: (loads += 1) }));
    expect([part.loaded, loads]).toEqual([undefined, 0]);
    const [first, second] = await Promise.all([part.load(), part.load()]);
    part.use((used) => expect(used).toBe(first), unexpected);
    expect([second, await part.load(), part.loaded]).toEqual([first, first, first]);
    expect(loads).toBe(1);
  });

  it("is used at once when it is there, and in order before", async () => {
    const { promise, open } = gate<string[]>();
    const part = new OnDemand(() => promise);
    const note = (what: string): void => {
      part.use((seen) => seen.push(what), unexpected);
    };
    note("a");
    note("b");
    const seen: string[] = [];
    open(seen);
    // Whatever comes in any turn of what is due until it is there, comes after what waits already.
    for (const late of ["c", "d", "e", "f"]) {
      await Promise.resolve();
      note(late);
    }
    await part.load();
    note("g");
    expect(seen).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });

  it("takes what its uses give it to do after what waits", async () => {
    const seen: string[] = [];
    const part = new OnDemand(() => Promise.resolve(seen));
    part.use(() => {
      part.use(() => seen.push("c"), unexpected);
      seen.push("a");
    }, unexpected);
    part.use(() => seen.push("b"), unexpected);
    await part.load();
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("tells everyone why it could not be loaded, and is tried again", async () => {
    let attempts = 0;
    const part = new OnDemand(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error("offline")) : Promise.resolve("part");
    });
    const failures: string[] = [];
    const used: string[] = [];
    const use = (): void => {
      part.use(
        (what) => used.push(what),
        (error) => failures.push((error as Error).message),
      );
    };
    const unhandled = await unhandledDuring(async () => {
      use();
      use();
      await expect(part.load()).rejects.toThrow("offline");
    });
    expect([used, failures, unhandled]).toEqual([[], ["offline", "offline"], []]);
    use();
    await settled();
    expect([used, failures, attempts]).toEqual([["part"], ["offline", "offline"], 2]);
  });
});

describe("what comes while a part of a client is being loaded", () => {
  const ask = (id: string) => ({ jsonrpc: "2.0", id, method: "roots/list" }) as const;
  const cancel = (requestId: string) =>
    ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } }) as const;

  it("is answered in order, if it is a question, and not at all when it was cancelled", async () => {
    const { end, client, later } = await connectedClient(legacy());
    end.send(ask("a"));
    end.send(ask("b"));
    end.send(cancel("b"));
    end.send(ask("c"));
    await expect.poll(later).toMatchObject([
      { id: "a", error: { code: -32601 } },
      { id: "c", error: { code: -32601 } },
    ]);
    await client.close();
  });

  it("is not answered when the connection is gone by then", async () => {
    const { end, client, later } = await connectedClient(legacy());
    const unhandled = await unhandledDuring(async () => {
      end.send(ask("a"));
      await client.close();
    });
    expect([later(), unhandled]).toEqual([[], []]);
  });

  it.each([
    ["handshake", legacy],
    ["stateless", modern],
  ] as const)("is no subscription when the client is closed, in the %s era", async (_, speaking) => {
    const capabilities = { tools: { listChanged: true }, resources: { subscribe: true } };
    const { client, later } = await connectedClient(speaking(undefined, capabilities));
    const filter = { toolsListChanged: true, resourceSubscriptions: ["a:b"] };
    const listening = Promise.allSettled([client.listen(filter), client.listen(filter, () => undefined)]);
    await client.close();
    const closed = { name: "ConnectionLostError", mayHaveBeenDelivered: false };
    expect(await listening).toMatchObject([{ reason: closed }, { reason: closed }]);
    await expect(client.listen(filter)).rejects.toThrow("The client was closed");
    expect(later()).toEqual([]);
  });
});
