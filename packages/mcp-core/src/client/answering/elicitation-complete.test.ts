import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { settled } from "../../../test/support/link.js";
import { legacy, type FarEnd } from "../../../test/support/scripted-server.js";

const COMPLETE = "notifications/elicitation/complete";
const url = (elicitationId: string) => ({
  mode: "url",
  message: "Log in",
  url: "https://a.example/",
  elicitationId,
});

function complete(end: FarEnd, elicitationId: string): void {
  end.send({ jsonrpc: "2.0", method: COMPLETE, params: { elicitationId } });
}

describe("the completion of a URL elicitation", () => {
  it("is told once, when the server asked for it by a request", async () => {
    const told: unknown[] = [];
    const { client, end } = await connectedClient(legacy(), {
      openUrl: () => ({ action: "accept" }),
      onNotification: ({ params }) => told.push(params?.["elicitationId"]),
    });
    complete(end, "a");
    end.send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: url("a") });
    await settled();
    for (const id of ["b", "a", "a"]) complete(end, id);
    expect(told).toEqual(["a"]);
    await client.close();
  });

  it("is told when the server asked for it by an error", async () => {
    const told: unknown[] = [];
    const { client, end } = await connectedClient(
      legacy(({ id }, to) => {
        to.error(id, -32042, { elicitations: [url("a"), url("b")] });
      }),
      { onNotification: ({ params }) => told.push(params?.["elicitationId"]) },
    );
    await expect(client.callTool("t")).rejects.toThrow();
    for (const id of ["c", "b", "a"]) complete(end, id);
    expect(told).toEqual(["b", "a"]);
    await client.close();
  });

  it("is awaited for the latest 1,024 of them", async () => {
    const told: unknown[] = [];
    const elicitations = Array.from({ length: 1_025 }, (_, n) => url(String(n)));
    const { client, end } = await connectedClient(
      legacy(({ id }, to) => {
        to.error(id, -32042, { elicitations });
      }),
      { onNotification: ({ params }) => told.push(params?.["elicitationId"]) },
    );
    await expect(client.callTool("t")).rejects.toThrow();
    for (const id of ["0", "1"]) complete(end, id);
    expect(told).toEqual(["1"]);
    await client.close();
  });
});
