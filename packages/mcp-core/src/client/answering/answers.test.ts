import { describe, expect, it, vi } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { gate } from "../../../test/support/gate.js";
import { settled } from "../../../test/support/link.js";
import { legacy, type FarEnd, type Script } from "../../../test/support/scripted-server.js";
import { ProtocolError } from "../../jsonrpc/errors.js";
import type { ElicitResult } from "../../protocol/question-types.js";
import { TowpathErrorCode } from "../../protocol/errors.js";

const params = { message: "?", requestedSchema: { type: "object", properties: {} } };
const declined: ElicitResult = { action: "decline" };

function question(end: FarEnd, id: string | number): void {
  end.send({ jsonrpc: "2.0", id, method: "elicitation/create", params });
}

describe("the requests of a server of the handshake era", () => {
  it("are answered at the same time, each when it is done", async () => {
    const gates = [gate<ElicitResult>(), gate<ElicitResult>()];
    let asked = 0;
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: () => gates[asked++]?.promise ?? declined,
    });
    question(end, "a");
    question(end, "b");
    end.send({ jsonrpc: "2.0", id: "p", method: "ping" });
    gates[1]?.open(declined);
    await settled();
    gates[0]?.open({ action: "cancel" });
    await settled();
    expect(later()).toEqual([
      { jsonrpc: "2.0", id: "p", result: {} },
      { jsonrpc: "2.0", id: "b", result: { action: "decline" } },
      { jsonrpc: "2.0", id: "a", result: { action: "cancel" } },
    ]);
    await client.close();
  });

  it("are answered when they follow on the handshake at once", async () => {
    const script: Script = ({ method }, to) => {
      if (method === "notifications/initialized") to.send({ jsonrpc: "2.0", id: "r", method: "roots/list" });
    };
    const { client, end } = await connectedClient(legacy(script), { roots: [] });
    await settled();
    expect(end.received.at(-1)).toEqual({ jsonrpc: "2.0", id: "r", result: { roots: [] } });
    await client.close();
  });

  it("are not answered once the server cancelled them, and their handlers are told", async () => {
    const signals: AbortSignal[] = [];
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: (_, { signal }) => {
        signals.push(signal);
        return new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            resolve(declined);
          });
        });
      },
    });
    question(end, 1);
    question(end, "1");
    await settled();
    end.send({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 1, reason: "never mind" },
    });
    await settled();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({ message: "never mind" });
    expect(later()).toEqual([]);
    await client.close();
  });

  it.each([{ requestId: "unknown" }, { requestId: null }, {}, undefined])(
    "go on when the server cancels something else: %o",
    async (cancelled) => {
      const answer = gate<ElicitResult>();
      const { client, end, later } = await connectedClient(legacy(), { elicit: () => answer.promise });
      question(end, "a");
      await settled();
      end.send({
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        ...(cancelled && { params: cancelled }),
      });
      answer.open(declined);
      await settled();
      expect(later()).toEqual([{ jsonrpc: "2.0", id: "a", result: declined }]);
      await client.close();
    },
  );

  it("end with the connection", async () => {
    const signals: AbortSignal[] = [];
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    question(end, "a");
    await settled();
    end.lose("the server is gone");
    await settled();
    expect(signals[0]?.reason).toMatchObject({ name: "ConnectionLostError" });
    expect(later()).toEqual([]);
    await client.close();
  });

  it("are answered with an error when more than 1,024 are under way", async () => {
    const answer = gate<ElicitResult>();
    const { client, end, later } = await connectedClient(legacy(), { elicit: () => answer.promise });
    for (let id = 0; id <= 1024; id += 1) question(end, id);
    await settled();
    expect(later()).toMatchObject([{ id: 1024, error: { code: TowpathErrorCode.busy } }]);
    answer.open(declined);
    await settled();
    question(end, 2000);
    await settled();
    expect(later()).toHaveLength(1026);
    expect(later().at(-1)).toMatchObject({ id: 2000, result: declined });
    await client.close();
  });

  it("have one answer each, even if an id is used twice", async () => {
    const noise: string[] = [];
    const answer = gate<ElicitResult>();
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: () => answer.promise,
      onNoise: (description) => noise.push(description),
    });
    question(end, "a");
    question(end, "a");
    answer.open(declined);
    await settled();
    expect(later()).toHaveLength(1);
    expect(noise).toEqual([expect.stringContaining("with the id of one that is being answered")]);
    await client.close();
  });

  it("are not reported as failures when their handlers give up because nobody waits", async () => {
    const reported: unknown[] = [];
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("stopped"));
          });
        }),
      onError: (error) => reported.push(error),
    });
    question(end, "a");
    await settled();
    end.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "a" } });
    await settled();
    expect([later(), reported]).toEqual([[], []]);
    await client.close();
  });

  it("show in the console when their handlers fail and there is no onError", async () => {
    const shown = vi.spyOn(console, "error").mockReturnValue();
    const failure = new Error("No screen");
    const { client, end } = await connectedClient(legacy(), { elicit: () => Promise.reject(failure) });
    question(end, "a");
    await settled();
    expect(shown.mock.calls).toEqual([[failure]]);
    shown.mockRestore();
    await client.close();
  });

  it("are answered even if onError throws too", async () => {
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: () => Promise.reject(new Error("No screen")),
      onError: (error) => {
        throw error;
      },
    });
    question(end, "a");
    await settled();
    expect(later()).toEqual([
      { jsonrpc: "2.0", id: "a", error: { code: -32603, message: "Internal error" } },
    ]);
    await client.close();
  });

  it("are answered without the data of an error that JSON cannot carry", async () => {
    const reported: unknown[] = [];
    const { client, end, later } = await connectedClient(legacy(), {
      elicit: () => Promise.reject(new ProtocolError(-1, "No", { big: 1n as never })),
      onError: (error) => reported.push(error),
    });
    question(end, "a");
    await settled();
    await settled();
    expect(later()).toEqual([{ jsonrpc: "2.0", id: "a", error: { code: -1, message: "No" } }]);
    expect(reported).toEqual([expect.any(TypeError)]);
    await client.close();
  });

  it("are answered with an error when JSON cannot carry the answer", async () => {
    const reported: unknown[] = [];
    const { client, end, later } = await connectedClient(legacy(), {
      sample: () => ({
        role: "assistant",
        model: "m",
        content: { type: "text", text: "Hi" },
        _meta: { big: 1n as never },
      }),
      onError: (error) => reported.push(error),
    });
    end.send({
      jsonrpc: "2.0",
      id: "s",
      method: "sampling/createMessage",
      params: { messages: [], maxTokens: 1 },
    });
    await settled();
    await settled();
    expect(later()).toEqual([
      { jsonrpc: "2.0", id: "s", error: { code: -32603, message: "Internal error" } },
    ]);
    expect(reported).toEqual([expect.any(TypeError)]);
    await client.close();
  });

  it("may come in a batch, together with answers, in revision 2025-03-26", async () => {
    const { client, end, later } = await connectedClient(
      legacy(
        ({ id, method }, to) => {
          if (method === "ping")
            to.sendBatch([
              { jsonrpc: "2.0", id: "r", method: "roots/list" },
              { jsonrpc: "2.0", method: "notifications/tools/list_changed" },
              { jsonrpc: "2.0", id: id ?? 0, result: {} },
            ]);
        },
        {},
        "2025-03-26",
      ),
      { roots: [] },
    );
    await client.ping();
    await settled();
    expect(end.index).toBe(0);
    expect(later().at(-1)).toEqual({ jsonrpc: "2.0", id: "r", result: { roots: [] } });
    await client.close();
  });
});
