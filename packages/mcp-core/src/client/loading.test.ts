import { describe, expect, it } from "vitest";
import { connectedClient } from "../../test/support/connected-client.js";
import { legacy, modern } from "../../test/support/scripted-server.js";
import { unhandledDuring } from "../../test/support/unhandled.js";

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
