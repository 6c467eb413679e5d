import { describe, expect, it } from "vitest";
import { Client } from "../../support/client.js";
import { twoNodes } from "../../support/stage.js";

describe("a node that drains", () => {
  it("leaves new connections to others, while what it has begun goes on", async () => {
    const [a, b] = await twoNodes();
    const client = await Client.begin(a.url);
    const calling = client.call("play", { name: "long" });
    const { ctx, end } = await a.playing("long");
    await ctx.progress(1);
    const call = await calling;
    await call.message();
    const drained = a.drain();
    await call.rest();
    const status = (): Promise<number | "refused"> =>
      fetch(a.url, { method: "POST" }).then(
        (response) => response.status,
        () => "refused",
      );
    await expect.poll(status).toBe("refused");
    const resumed = await client.at(b.url).get(call.lastId);
    await ctx.progress(2);
    end("done");
    expect(await resumed.rest()).toMatchObject([{ params: { progress: 2 } }, { result: {} }]);
    await drained;
    expect(await client.at(b.url).request("ping")).toMatchObject({ result: {} });
  });
});
