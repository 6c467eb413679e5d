import { describe, expect, it } from "vitest";
import { readOptions } from "./options.js";

const read = (...args: string[]): ReturnType<typeof readOptions> => readOptions(args, ["one", "many"]);

describe("readOptions", () => {
  it("runs everything on Node 24 by default, and records nothing", () => {
    expect(read()).toEqual({ only: [], rounds: undefined, node: 24, write: false });
  });

  it("takes measures one by one or as a list", () => {
    expect(read("--only", "one", "--only", "many").only).toEqual(["one", "many"]);
    expect(read("--only=one,many").only).toEqual(["one", "many"]);
  });

  it("takes the number of rounds, the version of Node, and what a script runner puts before them", () => {
    expect(read("--", "--rounds", "3", "--node", "20", "--write")).toEqual({
      only: [],
      rounds: 3,
      node: 20,
      write: true,
    });
  });

  it.each([
    [["--only", "two"], '--only got "two"; it takes one, many.'],
    [["--rounds", "0"], '--rounds got "0"'],
    [["--rounds", "many"], '--rounds got "many"'],
    [["--node", "18"], '--node got "18"; it takes 20 or 24.'],
    [["--only", "one", "--write"], "--write records a whole run"],
    [["--fast"], "--fast"],
  ])("refuses %j", (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
