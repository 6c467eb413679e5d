import { nextTurn } from "@towpath/test-support/next-turn.js";
import { expect, it } from "vitest";
import { paced } from "./paced.js";

it("does the work for all, a hundred at a time, whatever fails", async () => {
  const [done, peak] = [new Set<number>(), { now: 0, most: 0 }];
  const items = Array.from({ length: 1_000 }, (_, item) => item);
  await paced(items, async (item) => {
    peak.now += 1;
    peak.most = Math.max(peak.most, peak.now);
    await nextTurn();
    peak.now -= 1;
    done.add(item);
    if (item % 7 === 0) throw new Error("failed");
  });
  expect([done.size, peak.most]).toEqual([1_000, 100]);
});
