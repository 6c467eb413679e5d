import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TERMINAL } from "../wire.js";
import { answered, asked, ended, progressed, withoutAnswers, type TaskRecord } from "./record.js";
import { experimentalStatus, task } from "./views.js";

const START: TaskRecord = { tool: "t", createdAt: 0, updatedAt: 0, ttlMs: 1_000, pollIntervalMs: 100 };
const question = { method: "elicitation/create", params: { message: "?" } } as Parameters<typeof asked>[2];
const key = fc.constantFrom("a", "b", "__proto__", "constructor");

type Step = (record: TaskRecord) => TaskRecord | undefined;

const step: fc.Arbitrary<Step> = fc.oneof(
  key.map(
    (name): Step =>
      (record) =>
        asked(record, name, question, 1),
  ),
  fc.array(key).map(
    (names): Step =>
      (record) =>
        answered(record, Object.fromEntries(names.map((name) => [name, { result: {} }])), 1),
  ),
  fc.nat().map(
    (progress): Step =>
      (record) =>
        progressed(record, { progress, total: 10 }, 1),
  ),
  key.map(
    (name): Step =>
      (record) =>
        withoutAnswers(record, (taken) => taken === name),
  ),
  fc.constant<Step>((record) => ended(record, { kind: "cancelled" }, undefined, 1)),
  fc.constant<Step>((record) => ended(record, { kind: "error" }, "broken", 1)),
  fc.boolean().map(
    (isError): Step =>
      (record) =>
        ended(record, { kind: "result", isError, value: {} }, undefined, 1),
  ),
);

describe("whatever becomes of a task, in whatever order", () => {
  it("moves as both protocols let it, and no further once it has ended", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let record = START;
        for (const apply of steps) {
          const next = apply(record) ?? record;
          if (record.outcome !== undefined) expect(next).toEqual(record);
          const { status } = task("t", next);
          const older = experimentalStatus(next);
          expect(TERMINAL.has(status)).toBe(TERMINAL.has(older));
          expect(status === "input_required").toBe(
            next.outcome === undefined && Object.keys(next.questions ?? {}).length > 0,
          );
          record = next;
        }
      }),
    );
  });

  it("takes one answer to each question, and none that was not asked", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.array(fc.array(key)), (keys, answers) => {
        let record = START;
        for (const name of keys) record = asked(record, name, question, 1) ?? record;
        const taken: string[] = [];
        for (const names of answers) {
          const before = Object.keys(record.questions ?? {});
          record =
            answered(record, Object.fromEntries(names.map((name) => [name, { result: {} }])), 1) ?? record;
          const after = Object.keys(record.questions ?? {});
          taken.push(...before.filter((name) => !after.includes(name)));
        }
        const wanted = keys.filter((name) => answers.flat().includes(name));
        expect(taken.toSorted()).toEqual(wanted.toSorted());
        expect(Object.keys(record.answers ?? {}).toSorted()).toEqual(wanted.toSorted());
      }),
    );
  });
});
