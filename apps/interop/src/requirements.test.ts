import { readdirSync, readFileSync } from "node:fs";
import { REVISIONS, type Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { behaviours } from "./behaviours/index.js";
import { requirements, type Requirement } from "./requirements/index.js";
import { untestable } from "./requirements/untestable.js";

const FEATURES = [
  "client/roots",
  "client/sampling",
  "server/prompts",
  "server/resources",
  "server/tools",
  "server/utilities/completion",
  "server/utilities/logging",
  "server/utilities/pagination",
];

const BEFORE_PATTERNS = [
  ...FEATURES,
  "basic/index",
  "basic/lifecycle",
  "basic/transports",
  "basic/utilities/cancellation",
  "basic/utilities/ping",
  "basic/utilities/progress",
];

/** The specification's pages that requirements come from. */
const PAGES: Readonly<Record<Revision, readonly string[]>> = {
  "2024-11-05": [...BEFORE_PATTERNS, "basic/messages"],
  "2025-03-26": [...BEFORE_PATTERNS, "changelog"],
  "2025-06-18": [...BEFORE_PATTERNS, "changelog", "client/elicitation"],
  "2025-11-25": [...BEFORE_PATTERNS, "basic/utilities/tasks", "changelog", "client/elicitation"],
  "2026-07-28": [
    ...FEATURES,
    "basic/index",
    "basic/versioning",
    "basic/patterns/cancellation",
    "basic/patterns/mrtr",
    "basic/patterns/progress",
    "basic/patterns/subscriptions",
    "basic/transports/stdio",
    "changelog",
    "client/elicitation",
    "server/discover",
    "server/utilities/caching",
  ],
};

/** Where the latest revision says what holds for the earlier ones. */
const ABOUT_BOTH_ERAS: ReadonlySet<string> = new Set([
  "2026-07-28/basic/versioning#compatibility-matrix",
  "2026-07-28/basic/transports/stdio#backward-compatibility",
]);

const SPEC = /^(?<revision>\d{4}-\d{2}-\d{2})\/(?<page>[a-z/-]+)#(?<section>[a-z0-9_-]+)$/;

const here = new URL(".", import.meta.url);
const ids: readonly string[] = requirements.map(({ id }) => id);
const implemented = Object.keys(behaviours);
const referredTo = readdirSync(here)
  .filter((name) => name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(new URL(name, here), "utf8").matchAll(/\breq\("([^"]*)"\)/g)])
  .map(([, id]) => id ?? "");

describe("the requirements list", () => {
  it("has each id once", () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it("has every id covered by a behaviour or by a test", () => {
    const covered = new Set([...implemented, ...referredTo]);
    expect(ids.filter((id) => !covered.has(id))).toEqual([]);
  });

  it("has every id that a behaviour or a test refers to", () => {
    expect(referredTo.length).toBeGreaterThan(0);
    expect([...implemented, ...referredTo].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("has a behaviour for everything that holds on all transports", () => {
    const everywhere = requirements.filter(({ transports }) => transports === "all").map(({ id }) => id);
    expect(everywhere.filter((id) => !implemented.includes(id))).toEqual([]);
  });

  it("says where each is written: on a page there is, of a revision it holds in", () => {
    expect(requirements.filter(isAstray)).toEqual([]);
  });

  it("says the same of what cannot be tested", () => {
    expect(untestable.filter(isAstray)).toEqual([]);
  });

  it("says where each holds: in revisions and over transports there are", () => {
    const nowhere = requirements.filter(
      ({ revisions, transports }) => revisions.length === 0 || transports.length === 0,
    );
    expect(nowhere).toEqual([]);
  });
});

function isAstray({ spec, revisions }: Pick<Requirement, "spec" | "revisions">): boolean {
  const { revision, page = "" } = SPEC.exec(spec)?.groups ?? {};
  const known = REVISIONS.find((candidate) => candidate === revision);
  if (known === undefined || !PAGES[known].includes(page)) return true;
  return !revisions.includes(known) && !ABOUT_BOTH_ERAS.has(spec);
}
