import { readdirSync, readFileSync } from "node:fs";
import { REVISIONS, type Revision } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { httpBehaviours } from "./behaviours/http/index.js";
import { behaviours } from "./behaviours/index.js";
import { sseBehaviours } from "./behaviours/sse/index.js";
import { requirements, type Requirement } from "./requirements/index.js";
import { LEFT_OUT, MOVED, SECTIONS } from "./requirements/sections.js";
import { REASONS, untestable } from "./requirements/untestable.js";

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
    "basic/patterns/index",
    "basic/patterns/mrtr",
    "basic/patterns/progress",
    "basic/patterns/subscriptions",
    "basic/transports/index",
    "basic/transports/stdio",
    "basic/transports/streamable-http",
    "changelog",
    "client/elicitation",
    "extensions/tasks",
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
const implemented = Object.keys({ ...behaviours, ...httpBehaviours, ...sseBehaviours });
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
    expect(everywhere.filter((id) => !(id in behaviours))).toEqual([]);
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

const sections = Object.entries(SECTIONS).flatMap(([page, below]) =>
  Object.entries(below).flatMap(([section, sentences]) =>
    REVISIONS.flatMap((revision, index) =>
      sentences[index] === 0 ? [] : [{ revision, page, section, sentences: sentences[index] }],
    ),
  ),
);

const named = new Set(
  [...requirements, ...untestable].flatMap((entry) =>
    placesOf(entry).flatMap((place) => entry.revisions.map((revision) => keyOf({ ...place, revision }))),
  ),
);

describe("the sections of the specification that ask for something", () => {
  it("are on pages there are", () => {
    expect(sections.filter(({ revision, page }) => !PAGES[revision].includes(page))).toEqual([]);
  });

  it("are each named by a requirement, or by what cannot be tested, in every revision", () => {
    expect(sections.filter((section) => !named.has(keyOf(section)))).toEqual([]);
  });

  it("are left out with a reason only", () => {
    expect(Object.values(LEFT_OUT).filter((why) => !(why in REASONS))).toEqual([]);
    expect(Object.keys(LEFT_OUT).filter((page) => page in SECTIONS)).toEqual([]);
  });
});

interface Section {
  readonly revision: Revision;
  readonly page: string;
  readonly section: string;
}

/** The same for a page under its old name and under its new one. */
function keyOf({ revision, page, section }: Section): string {
  return `${revision}/${MOVED[page] ?? page}#${section}`;
}

function placesOf({ spec, also = [] }: Pick<Requirement, "spec" | "also">) {
  return [spec, ...also].map((place) => {
    const { revision, page = "", section = "" } = SPEC.exec(place)?.groups ?? {};
    return { place, revision: REVISIONS.find((known) => known === revision), page, section };
  });
}

function isAstray(entry: Pick<Requirement, "spec" | "also" | "revisions">): boolean {
  return placesOf(entry).some(({ place, revision, page }) => {
    if (revision === undefined || !PAGES[revision].includes(page)) return true;
    return !entry.revisions.includes(revision) && !ABOUT_BOTH_ERAS.has(place);
  });
}
