import { McpClient, type Era } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { RawClient } from "./harness/client.js";
import { ServerProgram } from "./harness/servers.js";
import { StdioPeer } from "./harness/stdio.js";

const CALLS = 600;

type Ending = "answered" | "cancelled";

/** A third of the calls answers at once, a third reports progress first, a third waits to be cancelled. */
const KINDS = ["echo", "report", "wait"] as const;

const kindOf = (index: number) => KINDS[index % KINDS.length] ?? "echo";
const expected = (index: number): Ending => (kindOf(index) === "wait" ? "cancelled" : "answered");

describe.concurrent.each<Era>(["handshake", "stateless"])("in the %s era", (era) => {
  it(`${String(CALLS)} calls at once, with progress and cancellations between, end once each`, async () => {
    const program = new ServerProgram("reference-main");
    const client = await McpClient.connect(program.transport(), { era });
    const endings: Ending[][] = Array.from({ length: CALLS }, () => []);
    const lateProgress: number[] = [];

    const start = async (index: number): Promise<void> => {
      const controller = new AbortController();
      const onProgress = (): void => {
        if (endings[index]?.length !== 0) lateProgress.push(index);
        if (kindOf(index) === "wait") controller.abort();
      };
      const args = {
        echo: { text: `call ${String(index)}` },
        report: { values: [1, 2, 3], message: `call ${String(index)}` },
        wait: { key: `call ${String(index)}` },
      }[kindOf(index)];
      const end = (ending: Ending) => () => endings[index]?.push(ending);
      const call = client.callTool(kindOf(index), args, { onProgress, signal: controller.signal });
      await call.then(({ content }) => {
        if (kindOf(index) === "echo") expect(content).toEqual([{ type: "text", text: args.text }]);
        end("answered")();
      }, end("cancelled"));
    };

    await Promise.all(Array.from({ length: CALLS }, (_, index) => start(index)));
    const aborted = Array.from({ length: CALLS }, (_, index) => index).filter(
      (index) => kindOf(index) === "wait",
    );
    // The server has heard of each cancellation, too.
    await Promise.all(
      aborted.map((index) => client.callTool("await_abort", { key: `call ${String(index)}` })),
    );
    expect(endings).toEqual(Array.from({ length: CALLS }, (_, index) => [expected(index)]));
    expect(lateProgress).toEqual([]);
    await client.close();
    program.log.expectGone(1);
  });

  it("on the wire, each request has one response or, cancelled, none, and no progress after it", async () => {
    const peer = new StdioPeer();
    const client = new RawClient(peer, era === "handshake" ? "2025-11-25" : "2026-07-28");
    await client.introduce();
    for (let index = 0; index < CALLS; index += 1) {
      const id = `call ${String(index)}`;
      const meta = { progressToken: id };
      if (kindOf(index) === "echo") client.sendCall("echo", { text: id }, { id, meta });
      else if (kindOf(index) === "report") client.sendCall("report", { values: [1, 2, 3] }, { id, meta });
      else client.sendCall("wait", { key: id }, { id, meta });
    }
    for (let index = 2; index < CALLS; index += KINDS.length) client.cancel(`call ${String(index)}`);
    const messages = await peer.end();
    const responses = messages.filter(({ id }) => id !== undefined).map(({ id }) => id);
    const answered = Array.from({ length: CALLS }, (_, index) => index).filter(
      (index) => expected(index) === "answered",
    );
    expect([...responses].sort()).toEqual(answered.map((index) => `call ${String(index)}`).sort());
    const over = new Set<unknown>();
    for (const { id, params } of messages) {
      expect(over).not.toContain(params?.["progressToken"]);
      if (id !== undefined) over.add(id);
    }
  });
});
