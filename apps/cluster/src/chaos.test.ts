import { describe, expect, it } from "vitest";
import { imbalances } from "./chaos/books.js";
import { chaos } from "./chaos/chaos.js";
import { BALANCERS } from "./harness/balancers.js";

/** Besides the run itself, what was on a node that was killed has to be found out to be lost. */
const TIMEOUT_MS = 120_000;

describe("nodes that are killed, drained and replaced, and connections that are cut", () => {
  it.concurrent.each(BALANCERS)(
    "leave the books in balance, behind %s",
    { timeout: TIMEOUT_MS },
    async (balancer) => {
      const evidence = await chaos({ balancer, seed: 1, seconds: 5, clients: 1 });
      expect(imbalances(evidence)).toEqual([]);
      expect(evidence.calls.some(({ outcome }) => outcome.kind === "result")).toBe(true);
    },
  );
});
