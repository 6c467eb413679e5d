import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { millionsPerSecond } from "../format.js";
import { contendersOf } from "../implementations.js";
import type { Measure } from "../measure.js";
import { paths } from "../paths.js";
import { rowOf } from "../rows.js";
import { alternate, Samples } from "../samples.js";

const run = promisify(execFile);
const script = join(paths.raw, "parse-events.mjs");
const defaultRounds = 5;
const warmUpMs = 300;
const timedMs = 150;

/** What the script measures, by the names it gives. */
const cases = {
  together: "characters/s of an event stream parsed, 1,000 small events in one piece",
  apart: "the same, a piece for each event",
  torn: "the same, pieces of 16 characters",
  large: "the same, one event of 1 MB in pieces of 64 kB",
} as const;
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[]; // the keys of a constant

/** How fast the text of event streams is parsed, without anything that carries it. */
export const httpEvents: Measure = {
  name: "http-events",
  async run({ implementations, node, rounds }) {
    const contenders = contendersOf(
      implementations.filter(({ eventParser }) => eventParser !== undefined),
    ).filter(({ era }) => era === "handshake"); // a stream is the same in both eras
    const samples = new Map(names.map((name) => [name, new Samples()]));
    const last = await alternate(contenders, rounds ?? defaultRounds, async (contender) => {
      const module = pathToFileURL(contender.implementation.eventParser ?? "").href;
      const { stdout } = await run(node, [script, module, String(warmUpMs), String(timedMs)]);
      // Written by our own script.
      const results = JSON.parse(stdout) as Readonly<Record<Case, number>>;
      for (const [name, one] of samples) one.add(contender, results[name]);
      return results.together;
    });
    return [...samples].map(([name, one]) => {
      one.failLike(last);
      const target = "as eventsource-parser";
      return rowOf(contenders, one, { title: cases[name], target, absolute: millionsPerSecond });
    });
  },
};
