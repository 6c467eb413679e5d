import type { Cell, Row } from "../measure.js";
import type { Setup } from "./setups.js";

/** Something that was found out of some setups, as it is to be read. */
export interface Fact {
  readonly setup: Setup;
  readonly value: string;
}

/** A row of what is counted rather than timed. */
export function factRow(title: string, target: string, facts: readonly Fact[]): Row {
  const cells: Record<string, Cell> = {};
  let raw = "";
  for (const { setup, value } of facts) {
    if (setup.id === "raw") raw = value;
    else cells[setup.id] = { handshake: value };
  }
  const details = facts.map(({ setup, value }) => ({ contender: setup.label, value }));
  return { title, raw, cells, target, details };
}
