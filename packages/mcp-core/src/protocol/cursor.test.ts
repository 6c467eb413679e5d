import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cursorParam, decodeCursor, encodeCursor, pageOf, type Placed } from "./cursor.js";

const places = fc
  .uniqueArray(fc.nat({ max: 200 }), { maxLength: 60 })
  .map((list) => list.sort((a, b) => a - b));
const placed = (list: Iterable<number>): Placed[] => [...list].map((place) => ({ place }));

/** Reads a list to its end; between two pages `change` may replace it. */
function readAll(
  first: Placed[],
  pageSize: number,
  change: (page: number, list: Placed[]) => Placed[],
): number[] {
  const seen: number[] = [];
  let list = first;
  let cursor: string | undefined;
  for (let page = 0; ; page += 1) {
    const { items, nextCursor } = pageOf("tools", list, cursor, pageSize);
    expect(page).toBeLessThan(1000);
    expect(items.length).toBeLessThanOrEqual(pageSize);
    seen.push(...items.map(({ place }) => place));
    if (nextCursor === undefined) return seen;
    cursor = nextCursor;
    list = change(page, list);
  }
}

describe("pageOf", () => {
  it("yields every item once and in order, whatever the size of a page", () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 70 }), (list, pageSize) => {
        expect(readAll(placed(list), pageSize, (_, unchanged) => unchanged)).toEqual(list);
      }),
    );
  });

  it("yields every item that stays exactly once, while others come and go between pages", () => {
    const changes = fc.array(fc.record({ remove: fc.array(fc.nat({ max: 200 })), add: fc.nat({ max: 5 }) }));
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 10 }), changes, (list, pageSize, plan) => {
        const stayed = new Set(list);
        let next = 1000;
        const seen = readAll(placed(list), pageSize, (page, current) => {
          const { remove, add } = plan[page] ?? { remove: [], add: 0 };
          for (const place of remove) stayed.delete(place);
          const left = current.map(({ place }) => place).filter((place) => !remove.includes(place));
          // New items have places of their own, after all others; an end is reached before they run out.
          return placed([...left, ...Array.from({ length: add }, () => next++)]);
        });
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(expect.arrayContaining([...stayed]));
      }),
    );
  });

  it("gives no cursor where a page ends with the list", () => {
    expect(pageOf("tools", placed([1, 2]), undefined, 2)).toEqual({ items: placed([1, 2]) });
    expect(pageOf("tools", [], undefined, 2)).toEqual({ items: [] });
  });

  it("goes on from a cursor whose item is gone, and ends where nothing is left", () => {
    const { nextCursor } = pageOf("tools", placed([1, 2, 3]), undefined, 1);
    expect(pageOf("tools", placed([2, 3]), nextCursor, 5).items).toEqual(placed([2, 3]));
    expect(pageOf("tools", [], nextCursor, 5)).toEqual({ items: [] });
  });

  it.each([
    "",
    "not base64!",
    btoa("not json"),
    btoa("5"),
    btoa('{"list":"tools"}'),
    btoa('{"list":"tools","place":"1"}'),
    btoa('{"list":"tools","place":-1}'),
    btoa('{"list":"tools","place":1.5}'),
    btoa('{"list":"prompts","place":1}'),
  ])("refuses the cursor %j, which it did not give out", (cursor) => {
    expect(() => pageOf("tools", placed([1, 2]), cursor, 1)).toThrow(
      expect.objectContaining({
        code: -32602,
        message: expect.stringContaining("params.cursor") as string,
      }) as Error,
    );
  });

  it("refuses a cursor of another list", () => {
    const { nextCursor } = pageOf("prompts", placed([1, 2]), undefined, 1);
    expect(() => pageOf("tools", placed([1, 2]), nextCursor, 1)).toThrow(
      expect.objectContaining({ code: -32602 }) as Error,
    );
  });
});

describe("a cursor", () => {
  it("carries any text in plain ASCII", () => {
    const position = { place: 3, uri: "né:漢😀\ud800" };
    const cursor = encodeCursor("resources", position);
    expect(cursor).toMatch(/^[\w+/]+=*$/);
    expect(decodeCursor("resources", cursor)).toMatchObject(position);
  });
});

describe("cursorParam", () => {
  it("takes a string, also an empty one, or nothing", () => {
    expect([{}, { cursor: "" }, { cursor: "abc" }].map(cursorParam)).toEqual([undefined, "", "abc"]);
  });

  it.each([null, 5, {}, [], true])("refuses %j", (cursor) => {
    expect(() => cursorParam({ cursor })).toThrow("Invalid params: params.cursor must be a string");
  });
});
