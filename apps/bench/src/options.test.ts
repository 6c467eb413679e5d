import { describe, expect, it } from "vitest";
import { isChosen, readOptions, recordOf } from "./options.js";

const read = (...args: string[]): ReturnType<typeof readOptions> =>
  readOptions(args, { measures: ["one", "many", "many-more", "http-one"], implementations: ["raw", "v1"] });

describe("readOptions", () => {
  it("runs everything on Node 24 by default, and records nothing", () => {
    expect(read()).toEqual({ only: [], implementations: [], rounds: undefined, node: 24, write: false });
  });

  it("takes measures one by one or as a list", () => {
    expect(read("--only", "one", "--only", "many").only).toEqual(["one", "many"]);
    expect(read("--only=one,many").only).toEqual(["one", "many"]);
  });

  it("takes implementations by their ids", () => {
    expect(read("--implementations", "raw,v1").implementations).toEqual(["raw", "v1"]);
  });

  it("takes the number of rounds, the version of Node, and what a script runner puts before them", () => {
    expect(read("--", "--rounds", "3", "--node", "20", "--write")).toEqual({
      only: [],
      implementations: [],
      rounds: 3,
      node: 20,
      write: true,
    });
  });

  it("records what is measured over HTTP, HTTP+SSE, WebSocket, on several nodes and of tasks apart from all else", () => {
    expect(read("--only", "http", "--write").write).toBe(true);
    expect(read("--only", "one,many,many-more", "--write").write).toBe(true);
    expect(
      ["one", "http-one", "https", "sse-one", "websocket-one", "cluster-one", "tasks-one"].map(recordOf),
    ).toEqual(["", " http", "", " sse", " websocket", " cluster", " tasks"]);
  });

  it.each([
    [["--only", "two"], '--only got "two"; it takes one, many, many-more, http-one.'],
    [["--only", "man"], '--only got "man"'],
    [["--implementations", "v3"], '--implementations got "v3"; it takes raw, v1.'],
    [["--implementations", "v1", "--write"], "--write records a whole run"],
    [["--rounds", "0"], '--rounds got "0"'],
    [["--rounds", "many"], '--rounds got "many"'],
    [["--node", "18"], '--node got "18"; it takes 20 or 24.'],
    [["--only", "one", "--write"], "--write records a whole run"],
    [["--only", "one,http", "--write"], "--write records a whole run"],
    [["--fast"], "--fast"],
  ])("refuses %j", (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});

describe("isChosen", () => {
  it("is every measure when none was asked for", () => {
    expect(isChosen("many", read())).toBe(true);
  });

  it("is a measure by its name, or by the first words of it", () => {
    const chosen = (only: string): string[] =>
      ["one", "many", "many-more"].filter((measure) => isChosen(measure, read("--only", only)));
    expect(chosen("one")).toEqual(["one"]);
    expect(chosen("many")).toEqual(["many", "many-more"]);
    expect(chosen("many-more")).toEqual(["many-more"]);
  });
});
