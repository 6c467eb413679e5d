import { afterEach, describe, expect, it } from "vitest";
import { guardStdout, type StdoutGuard } from "./stdout-guard.js";

describe("guardStdout", () => {
  let guard: StdoutGuard | undefined;
  afterEach(() => guard?.release());

  it("replaces process.stdout.write, and puts it back as it was", () => {
    const before = Object.getOwnPropertyDescriptor(process.stdout, "write");
    guard = guardStdout();
    expect(Object.getOwnPropertyDescriptor(process.stdout, "write")?.value).not.toBe(before?.value);
    guard.release();
    expect(Object.getOwnPropertyDescriptor(process.stdout, "write")).toEqual(before);
  });

  it("does not undo what others put in its place", () => {
    const before = process.stdout.write;
    guard = guardStdout();
    const theirs = (): boolean => true;
    process.stdout.write = theirs;
    guard.release();
    expect(process.stdout.write).toBe(theirs);
    process.stdout.write = before;
  });

  it("is for one server at a time", () => {
    guard = guardStdout();
    expect(() => guardStdout()).toThrow("stdio() already serves");
    guard.release();
    guard = guardStdout();
  });
});
