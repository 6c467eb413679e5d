import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bag, type Held } from "./bag.js";

describe("a bag", () => {
  it("holds what was put in and not taken out, whatever the order", () => {
    const steps = fc.array(fc.record({ puts: fc.boolean(), which: fc.nat(9) }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (taken) => {
        const items = Array.from({ length: 10 }, (): Held => ({ slot: 0 }));
        const bag = new Bag<Held>();
        const model = new Set<Held>();
        for (const { puts, which } of taken) {
          const item = items[which];
          if (item === undefined) return;
          if (puts && !model.has(item)) {
            bag.add(item);
            model.add(item);
          } else expect(bag.delete(item)).toBe(model.delete(item));
          expect(bag.size).toBe(model.size);
          expect(new Set(bag.all)).toEqual(model);
        }
      }),
    );
  });

  it("can be emptied while what was in it is gone through", () => {
    const bag = new Bag<Held>();
    for (let n = 0; n < 5; n += 1) bag.add({ slot: 0 });
    for (const item of bag.all) bag.delete(item);
    expect(bag.size).toBe(0);
    bag.add({ slot: 0 });
    bag.clear();
    expect(bag.all).toEqual([]);
  });
});
