import { describe, expect, it } from "vitest";
import { type Contender, contendersOf, peers, raw } from "./implementations.js";
import { alternate, reasonOf, Samples } from "./samples.js";

const [rawHandshake, rawStateless] = contendersOf([raw]);
const [v1] = contendersOf(peers.filter(({ id }) => id === "v1"));
const contenders = [rawHandshake, rawStateless, v1].filter((one) => one !== undefined);
const nameOf = ({ implementation, era }: Contender): string => `${implementation.id} ${era}`;

describe("alternate", () => {
  it("takes one sample of each per round, every other round backwards", async () => {
    const order: string[] = [];
    await alternate(contenders, 3, (contender, round) => {
      order.push(`${round} ${nameOf(contender)}`);
      return Promise.resolve(1);
    });
    expect(order).toEqual([
      "0 raw handshake",
      "0 raw stateless",
      "0 v1 handshake",
      "1 v1 handshake",
      "1 raw stateless",
      "1 raw handshake",
      "2 raw handshake",
      "2 raw stateless",
      "2 v1 handshake",
    ]);
  });

  it("goes on with the others when one fails, and tells why", async () => {
    const samples = await alternate(contenders, 2, (contender) =>
      contender.implementation.id === "v1" ? Promise.reject(new Error("no such server")) : Promise.resolve(4),
    );
    expect(contenders.map((contender) => samples.of(contender))).toEqual([[4, 4], [4, 4], []]);
    expect(contenders.map((contender) => samples.failureOf(contender))).toEqual([
      undefined,
      undefined,
      "no such server",
    ]);
  });
});

describe("Samples", () => {
  it("compares with raw in the same era", async () => {
    const values: Record<string, number> = { "raw handshake": 10, "raw stateless": 100, "v1 handshake": 5 };
    const samples = await alternate(contenders, 3, (contender) => Promise.resolve(values[nameOf(contender)]));
    expect(contenders.map((contender) => samples.ratioToRaw(contender))).toEqual([1, 1, 0.5]);
  });

  it("has no ratio where nothing was measured", () => {
    const samples = new Samples();
    for (const contender of contenders) expect(samples.ratioToRaw(contender)).toBeUndefined();
  });
});

describe("failLike", () => {
  it("takes over the failures of the others", async () => {
    const others = await alternate(contenders, 1, () => Promise.reject(new Error("no such server")));
    const samples = new Samples();
    samples.failLike(others);
    for (const contender of contenders) expect(samples.failureOf(contender)).toBe("no such server");
  });
});

describe("reasonOf", () => {
  it("fits into a cell of a table", () => {
    expect(reasonOf(new Error("no | such\n\n  server"))).toBe("no \\| such server");
    expect(reasonOf("x".repeat(1000))).toHaveLength(160);
  });
});
