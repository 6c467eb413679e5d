import { describe, expect, it } from "vitest";
import { Admission } from "./admission.js";
import { connectionLimits } from "./limits.js";
import { Load } from "./load.js";
import type { Reply } from "../jsonrpc/encode.js";
import type { JsonRpcRequest } from "../jsonrpc/messages.js";

const call = (id: number, method = "tools/call"): JsonRpcRequest => ({ jsonrpc: "2.0", id, method });

/** Two connections whose requests wait until they are answered. */
function connections(load: Load): { admit: Admission["admit"]; answer: () => void }[] {
  return [1, 2].map(() => {
    const waiting: ((reply: Reply) => void)[] = [];
    const serve = (): Promise<Reply> => new Promise((resolve) => waiting.push(resolve));
    const admission = new Admission(connectionLimits(), serve, load);
    return {
      admit: (message, arrival) => admission.admit(message, arrival),
      answer: () => waiting.shift()?.({ json: "{}" }),
    };
  });
}

describe("what several connections cost together", () => {
  it("is bounded in requests, and each that was answered makes room", async () => {
    const [first, second] = connections(new Load({ maxInFlight: 2, maxInFlightBytes: Infinity }));
    const begun = first?.admit(call(1));
    void second?.admit(call(1));
    expect(second?.admit(call(2))).toMatchObject({
      json: expect.stringContaining("or of all, are in flight") as string,
    });
    expect(second?.admit(call(3, "ping"))).toBeInstanceOf(Promise);
    first?.answer();
    await begun;
    expect(first?.admit(call(4))).toBeInstanceOf(Promise);
  });

  it("is known before anything is taken", () => {
    const load = new Load({ maxInFlight: 2, maxInFlightBytes: 100 });
    expect([load.hasRoom(2, 500), load.hasRoom(3, 1)]).toEqual([true, false]);
    load.add(1, 60);
    expect([load.hasRoom(1, 40), load.hasRoom(1, 41), load.hasRoom(2, 0)]).toEqual([true, false, false]);
  });

  it("is bounded in bytes, but for a message that comes alone", async () => {
    const [first, second] = connections(new Load({ maxInFlight: 40, maxInFlightBytes: 400 }));
    const alone = first?.admit(call(1), { bytes: 500 });
    expect(second?.admit(call(1), { bytes: 1 })).toMatchObject({
      json: expect.stringContaining("was not begun") as string,
    });
    first?.answer();
    await alone;
    expect(second?.admit(call(2), { bytes: 1 })).toBeInstanceOf(Promise);
  });

  it("is no more than a quarter for each, so that none keeps the others out", () => {
    const [first, second] = connections(new Load({ maxInFlight: 8, maxInFlightBytes: 400 }));
    for (const id of [1, 2]) expect(first?.admit(call(id), { bytes: 10 })).toBeInstanceOf(Promise);
    expect(first?.admit(call(3), { bytes: 10 })).not.toBeInstanceOf(Promise);
    expect(second?.admit(call(1), { bytes: 90 })).toBeInstanceOf(Promise);
    expect(second?.admit(call(2), { bytes: 20 })).not.toBeInstanceOf(Promise);
  });

  it("counts subscriptions by their bytes", async () => {
    const [first] = connections(new Load({ maxInFlight: 1, maxInFlightBytes: 400 }));
    const listening = first?.admit(call(1, "subscriptions/listen"), { bytes: 60 });
    expect(listening).toBeInstanceOf(Promise);
    expect(first?.admit(call(2, "subscriptions/listen"), { bytes: 60 })).not.toBeInstanceOf(Promise);
    expect(first?.admit(call(3), { bytes: 10 })).toBeInstanceOf(Promise);
    first?.answer();
    await listening;
    expect(first?.admit(call(4, "subscriptions/listen"), { bytes: 60 })).toBeInstanceOf(Promise);
  });
});
