import { expect } from "vitest";
import { answered, asked, hasFailed } from "./asking.js";
import type { Behaviours } from "./behaviours.js";
import { expectNothingAsked } from "./elicitation.js";

const ROOTS = [{ uri: "file:///home/notes", name: "Notes" }, { uri: "file:///home/other" }];

export const roots = {
  "roots.answer": async ({ client }) => {
    const question = await asked(client, "list_roots");
    expect(question.method).toBe("roots/list");
    expect(answered(await question.answer({ roots: ROOTS }))).toEqual(ROOTS);
  },
  "roots.undeclared": async (trial) => {
    await expectNothingAsked(await trial.other(), "list_roots");
  },
  "roots.client-fails": async ({ client }) => {
    const question = await asked(client, "list_roots");
    expect(hasFailed(await question.fail({ code: -32601, message: "Roots not supported" }))).toBe(true);
    expect(await client.text("echo", { text: "still here" })).toBe("still here");
  },
  "roots.list-changed": async ({ client }) => {
    await (await asked(client, "list_roots")).answer({ roots: ROOTS });
    await client.settled();
    client.notify("notifications/roots/list_changed");
    expect(await client.settled()).toEqual([]);
    const question = await asked(client, "list_roots");
    expect(answered(await question.answer({ roots: [] }))).toEqual([]);
  },
} satisfies Behaviours;
