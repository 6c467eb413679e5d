import { nextTurn } from "@towpath/test-support/next-turn.js";
import { expect, it } from "vitest";
import { Turns } from "./turns.js";

it("lets so much work go on at a time, in order, whatever becomes of it", async () => {
  const turns = new Turns(3);
  const [begun, peak] = [[] as number[], { now: 0, most: 0 }];
  const work = async (item: number): Promise<number> => {
    begun.push(item);
    peak.most = Math.max(peak.most, (peak.now += 1));
    await nextTurn();
    peak.now -= 1;
    if (item === 2) throw new Error("failed");
    return item;
  };
  const items = Array.from({ length: 10 }, (_, item) => item);
  const outcomes = await Promise.allSettled(items.map((item) => turns.take(() => work(item))));
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual(items.map((item) => item !== 2));
  expect([begun, peak.most]).toEqual([items, 3]);
  expect(await Promise.all(items.slice(3).map((item) => turns.take(() => work(item))))).toHaveLength(7);
});
