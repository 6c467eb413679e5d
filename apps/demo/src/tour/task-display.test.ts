import type { TaskSnapshot } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { Kept } from "../cli/surroundings.test-kit.js";
import { Report } from "./report.js";
import { taskLine } from "./task-display.js";

const task = (status: "working" | "completed", done: number): TaskSnapshot => ({
  status,
  createdAt: "2026-01-01T00:00:00Z",
  lastUpdatedAt: "2026-01-01T00:00:00Z",
  ttlMs: null,
  progress: { progress: done, total: 4, message: `up to ${String(done)}` },
});

const row = { name: "task", shown: "exported", ms: 1, differences: [] };

function drawn(isTTY: boolean): string {
  const out = new Kept(isTTY);
  const report = new Report(out, { NO_COLOR: "1" });
  report.task("task", task("working", 1));
  report.task("task", task("working", 2));
  report.task("task", task("completed", 4));
  report.row(row);
  return out.text;
}

describe("a task on the tour", () => {
  it("has a bar, a status, and words", () => {
    expect(taskLine(task("working", 1))).toBe("████░░░░░░░░░░░░ working        1 of 4 up to 1");
  });

  it("has an empty bar as long as nothing is known of its progress", () => {
    const { progress: _, ...unknown } = task("working", 1);
    expect(taskLine({ ...unknown, message: "soon" })).toBe("░░░░░░░░░░░░░░░░ working        soon");
  });

  it("is drawn to its end once it is completed, whatever was reported last", () => {
    expect(taskLine(task("completed", 3))).toBe("████████████████ completed      4 of 4");
  });

  it("is drawn in the line of its check on a terminal, and then gone", () => {
    const [bars = "", after] = drawn(true).split("\n");
    const lines = bars.split("\r\u001b[2K");
    expect(lines).toHaveLength(5);
    expect(lines[2]).toContain("… task               ████████░░░░░░░░ working        2 of 4");
    expect(lines[4]).toMatch(/^ {2}✓ task +exported/);
    expect(after).toBe("");
  });

  it("has a line for each status elsewhere", () => {
    const lines = drawn(false).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain(" ████░░░░░░░░░░░░ working        1 of 4");
    expect(lines[1]).toContain("██ completed      4 of 4");
    expect(lines[2]).toMatch(/^ {2}✓ task/);
  });
});
