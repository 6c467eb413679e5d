import { describe, expect, it } from "vitest";
import { peers } from "./implementations.js";
import type { Row } from "./measure.js";
import { detailTable, markdownTable, replaceBetween, summaryTable } from "./table.js";

const row: Row = {
  title: "calls",
  raw: "10/s",
  cells: { v1: { handshake: "0.82" }, v2: { handshake: "0.75", stateless: "0.67" } },
  target: "0.90",
  details: [
    { contender: "official v1, handshake", value: "8/s" },
    { contender: "official v2, handshake", value: "7/s" },
  ],
};

describe("markdownTable", () => {
  it("aligns its columns", () => {
    expect(markdownTable(["", "long head"], [["one", "1"], ["three"]])).toBe(
      [
        "|       | long head |",
        "| ----- | --------- |",
        "| one   | 1         |",
        "| three |           |",
      ].join("\n"),
    );
  });
});

describe("summaryTable", () => {
  it("has a column for each implementation that was measured, with both eras", () => {
    expect(summaryTable([row], peers).replaceAll(/ +/g, " ").split("\n")).toEqual([
      "| | raw | official v1 | official v2 | to reach |",
      "| ----- | ---- | ----------- | ----------- | -------- |",
      "| calls | 10/s | 0.82 | 0.75 / 0.67 | 0.90 |",
    ]);
  });

  it("leaves a cell empty where one implementation was not measured", () => {
    const other: Row = { ...row, title: "size", cells: { v2: { handshake: "7 MB" } } };
    expect(summaryTable([row, other], peers)).toMatch(/\| size +\| 10\/s +\| +\| 7 MB/);
  });
});

describe("detailTable", () => {
  it("names a row once", () => {
    const lines = detailTable([row]).split("\n");
    expect(lines[2]).toContain("calls");
    expect(lines[3]).not.toContain("calls");
    expect(lines[3]).toContain("7/s");
  });
});

describe("replaceBetween", () => {
  const text = "before\n<!-- t -->\n\nold\n\n<!-- /t -->\nafter";

  it("replaces what stands between the markers, and nothing else", () => {
    expect(replaceBetween(text, "t", "new")).toBe("before\n<!-- t -->\n\nnew\n\n<!-- /t -->\nafter");
  });

  it("does the same to its own result", () => {
    expect(replaceBetween(replaceBetween(text, "t", "x"), "t", "old")).toBe(text);
  });

  it.each(["none", "<!-- t -->", "<!-- /t --> <!-- t -->"])("refuses %j", (incomplete) => {
    expect(() => replaceBetween(incomplete, "t", "new")).toThrow("Expected the markers");
  });
});
