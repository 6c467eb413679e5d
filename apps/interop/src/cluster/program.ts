import fc from "fast-check";

/** One thing that happens. Places are taken modulo how many there are. */
export type Happening =
  | { readonly kind: "work"; readonly client: number; readonly steps: number }
  | { readonly kind: "ask"; readonly client: number }
  | { readonly kind: "cancel"; readonly call: number }
  | { readonly kind: "kill" | "drain" | "restart" | "update" | "grow"; readonly node: number }
  | { readonly kind: "cut" | "add" }
  | { readonly kind: "outage" | "pass"; readonly ms: number };

export interface Program {
  readonly seed: number;
  readonly clients: number;
  readonly happenings: readonly Happening[];
}

/** How long the state is away at most, in ms: a subscription over a WebSocket is not asked for again for much longer. */
const OUTAGE_MS = 700;

const node = fc.nat(5);
const client = fc.nat(2);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("work" as const), client, steps: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("ask" as const), client }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), call: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("kill" as const, "drain" as const, "restart" as const),
      node,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("update" as const, "grow" as const), node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("cut" as const, "add" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("outage" as const), ms: fc.nat(OUTAGE_MS) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(1_500) }) },
);

/** Programs of what clients do, and of what is done to the nodes meanwhile. */
export const program: fc.Arbitrary<Program> = fc.record({
  seed: fc.nat(1_000_000),
  clients: fc.integer({ min: 1, max: 3 }),
  happenings: fc.array(happening, { minLength: 1, maxLength: 24, size: "max" }),
});
