import { describe, expect, it } from "vitest";
import { clientProblems } from "./client-problems.js";

describe("what went wrong with a client", () => {
  it("is nothing where it finished and the suite is content, whatever it warned of", () => {
    expect(clientProblems({ passed: true, stdout: "Finished\n", stderr: "Skipped a tool\n" })).toEqual([]);
  });

  it("is that it did not finish, with the reason where it gave one", () => {
    const hung = { passed: true, stdout: "", stderr: "" };
    expect(clientProblems(hung)).toEqual(["The client did not finish"]);
    expect(clientProblems({ ...hung, stderr: "Error: lost\n" })).toEqual([
      "The client did not finish: Error: lost",
    ]);
  });

  it("is that the suite is not content", () => {
    expect(clientProblems({ passed: false, stdout: "Finished\n", stderr: "" })).toEqual([
      "The suite counts the run as failed",
    ]);
  });
});
