import { describe, expect, it } from "vitest";
import { factRow } from "./facts.js";
import { alone, redis1 } from "./setups.js";

describe("factRow", () => {
  it("puts what the others are compared with into its own column", () => {
    const facts = [
      { setup: alone, value: "none" },
      { setup: redis1, value: "1.00" },
    ];
    expect(factRow("round trips", "1", facts)).toEqual({
      title: "round trips",
      raw: "none",
      cells: { "redis-1": { handshake: "1.00" } },
      target: "1",
      details: [
        { contender: "1 node without a state", value: "none" },
        { contender: "1 node on Redis", value: "1.00" },
      ],
    });
  });
});
