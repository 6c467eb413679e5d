import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./run.js";

const FENCE = /^```ts ignore quotes\/(?<file>\S+)\n(?<code>[^]*?)^```$/gm;

const folder = `${root}docs/extensions/quotes/`;
const document = readFileSync(`${root}docs/extensions.md`, "utf8");

/** What the document shows of each file, in the order in which it does. */
const shown = new Map<string, readonly string[]>();
for (const { groups = {} } of document.matchAll(FENCE)) {
  const { file = "", code = "" } = groups;
  shown.set(file, [...(shown.get(file) ?? []), code]);
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "");

describe("docs/extensions.md", () => {
  it("shows every file of its example, and nothing else that is not compiled", () => {
    expect([...shown.keys()].sort()).toEqual(readdirSync(folder).sort());
    expect(document.match(/^```ts ignore/gm)).toHaveLength([...shown.values()].flat().length);
  });

  it.each(readdirSync(folder))("shows all of %s, as it is", (file) => {
    expect(linesOf((shown.get(file) ?? []).join("\n"))).toEqual(linesOf(readFileSync(folder + file, "utf8")));
  });
});
