import { describe, expect, it } from "vitest";
import { connectedClient, type ConnectedClient } from "../../../test/support/connected-client.js";
import { gate, type Gate } from "../../../test/support/gate.js";
import { settled } from "../../../test/support/link.js";
import { legacy } from "../../../test/support/scripted-server.js";
import type { ElicitResult } from "../../protocol/question-types.js";
import type { CallOptions } from "../options.js";

const params = { message: "?", requestedSchema: { type: "object", properties: {} } };
const MINUTE = 60_000;

interface Asked extends ConnectedClient {
  /** What the handler of each question answers, in the order of asking. */
  readonly answers: readonly Gate<ElicitResult>[];
  readonly ask: (id: string) => Promise<void>;
  /** How the call ended, if it did. */
  readonly outcome: () => string | undefined;
}

/** A call in flight, which the server does not answer, and that server's questions. */
async function inFlight(options?: CallOptions): Promise<Asked> {
  const answers: Gate<ElicitResult>[] = [];
  const connected = await connectedClient(legacy(), {
    elicit: () => {
      const answer = gate<ElicitResult>();
      answers.push(answer);
      return answer.promise;
    },
  });
  let outcome: string | undefined;
  connected.client.callTool("slow", {}, options).catch((error: unknown) => (outcome = String(error)));
  const ask = async (id: string): Promise<void> => {
    connected.end.send({ jsonrpc: "2.0", id, method: "elicitation/create", params });
    await settled();
  };
  await settled();
  return { ...connected, answers, ask, outcome: () => outcome };
}

describe("while a client answers what the server asked by a request", () => {
  it("its calls in flight are not idle, however long that takes", async () => {
    const { client, clock, ask, answers, outcome } = await inFlight();
    clock.advance(59_000);
    await ask("q");
    clock.advance(10 * MINUTE);
    answers[0]?.open({ action: "decline" });
    await settled();
    clock.advance(59_999);
    await settled();
    expect(outcome()).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(outcome()).toMatch(/no answer and no progress within 60000 ms/);
    await client.close();
  });

  it("every question counts, until none is left", async () => {
    const { client, clock, ask, answers, outcome } = await inFlight();
    await ask("a");
    await ask("b");
    clock.advance(5 * MINUTE);
    answers[0]?.open({ action: "decline" });
    await settled();
    clock.advance(5 * MINUTE);
    await settled();
    expect(outcome()).toBeUndefined();
    answers[1]?.open({ action: "decline" });
    await settled();
    clock.advance(MINUTE);
    await settled();
    expect(outcome()).toMatch(/RequestTimeoutError/);
    await client.close();
  });

  it("their limit in all holds", async () => {
    const { client, clock, ask, outcome } = await inFlight({ maxTotalTimeoutMs: 2 * MINUTE });
    await ask("q");
    clock.advance(2 * MINUTE - 1);
    await settled();
    expect(outcome()).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(outcome()).toMatch(/no answer within 120000 ms/);
    await client.close();
  });

  it("a question that the server cancelled counts no more, whether its handler ends or not", async () => {
    const { client, end, clock, ask, outcome } = await inFlight();
    await ask("q");
    clock.advance(5 * MINUTE);
    end.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "q" } });
    await settled();
    clock.advance(MINUTE);
    await settled();
    expect(outcome()).toMatch(/RequestTimeoutError/);
    await client.close();
  });

  it("one of a connection that was lost does not count on the next", async () => {
    const { client, server, clock } = await connectedClient(legacy(), {
      elicit: () => new Promise(() => undefined),
      reconnect: { attempts: 1, windowMs: MINUTE },
    });
    server.connections[0]?.send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params });
    await settled();
    server.connections[0]?.lose("the server is gone");
    await settled();
    const call = client.callTool("slow").catch(String);
    await settled();
    expect(server.connections).toHaveLength(2);
    clock.advance(MINUTE);
    expect(await call).toMatch(/RequestTimeoutError/);
    await client.close();
  });
});
