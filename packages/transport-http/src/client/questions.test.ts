import { describe, expect, it } from "vitest";
import { Questions } from "./questions.js";

describe("Questions", () => {
  it("knows those without an answer by what they were asked on, once", () => {
    const questions = new Questions();
    const [one, other] = [{}, {}];
    questions.asked(1, one);
    questions.asked("a", other);
    questions.asked(2, one);
    questions.asked(3, one);
    questions.answered(2);
    questions.answered(undefined);
    expect(questions.left(one)).toEqual([1, 3]);
    expect(questions.left(one)).toEqual([]);
    expect(questions.left(other)).toEqual(["a"]);
  });

  it("keeps no more than 1,024", () => {
    const questions = new Questions();
    const on = {};
    for (let id = 0; id < 2_000; id++) questions.asked(id, on);
    expect(questions.left(on)).toHaveLength(1_024);
    questions.asked(1, on);
    expect(questions.left(on)).toEqual([1]);
  });
});
