import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { root } from "./run.js";
import { problemsOf, snippetsOf, type Snippet } from "./snippets.js";

const within = (folder: string): readonly string[] =>
  existsSync(`${root}${folder}`) ? readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`) : [];

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...within("docs").filter((path) => path.endsWith(".md")),
  ...["packages", "apps"].flatMap(within).map((path) => `${path}/README.md`),
].filter((path) => existsSync(`${root}${path}`));

const read = (document: string): readonly Snippet[] =>
  snippetsOf(document, readFileSync(`${root}${document}`, "utf8"));

const snippets = documents.flatMap(read);

describe("the documents", () => {
  const problems = problemsOf(snippets, root);

  it.each(documents)("show no TypeScript that does not compile: %s", (document) => {
    expect(problems.filter((problem) => problem.startsWith(`${document}:`))).toEqual([]);
  });

  it("are compiled without a problem outside of them", () => {
    expect(problems.filter((problem) => !documents.some((document) => problem.startsWith(document)))).toEqual(
      [],
    );
  });

  it.each(["README.md", "CONTRIBUTING.md", "packages/mcp-core/README.md"])(
    "show TypeScript: %s",
    (document) => {
      expect(read(document)).not.toEqual([]);
    },
  );
});

const fenced = (info: string, ...code: readonly string[]): string =>
  ["```" + info, ...code, "```"].join("\n");

const textsOf = (...blocks: readonly string[]): readonly string[] =>
  snippetsOf("a.md", ["# Title", ...blocks].join("\n")).map(({ text }) => text.trim());

describe("finding the snippets of a document", () => {
  it("takes what is fenced as TypeScript, and no other language", () => {
    expect(textsOf(fenced("ts", "one;"), fenced("sh", "npm start"), fenced("typescript", "two;"))).toEqual([
      "one;",
      "two;",
    ]);
  });

  it("leaves out what is marked with ignore", () => {
    expect(textsOf(fenced("ts ignore", "one;"), fenced("ts", "two;"))).toEqual(["two;"]);
  });

  it("joins a snippet to the one it continues", () => {
    const [text, ...others] = textsOf(fenced("ts", "one;"), "and then", fenced("ts continue", "two;"));
    expect(text?.split(/\n+/)).toEqual(["one;", "two;"]);
    expect(others).toEqual([]);
  });

  it("takes a snippet in a list", () => {
    expect(textsOf("- a point", "  ```ts", "  one;", "  ```")).toEqual(["one;"]);
  });
});

describe("compiling the snippets of a document", () => {
  const problems = (...code: readonly string[]): readonly string[] =>
    problemsOf(snippetsOf("docs/a.md", ["# Title", "", fenced("ts", ...code)].join("\n")), root);

  it("reports an option that does not exist, at its line in the document", () => {
    expect(
      problems(
        'import { McpServer } from "@towpath/mcp-core";',
        'new McpServer("x", {',
        "  pageSise: 10,",
        "});",
      ),
    ).toEqual([expect.stringMatching(/^docs\/a\.md:6: .*pageSise/)]);
  });

  it("reports a package that does not exist, and syntax that is none", () => {
    expect(problems('import "@towpath/transport-pigeon";')).toEqual([
      expect.stringContaining("transport-pigeon"),
    ]);
    expect(problems("const = 1;")).not.toEqual([]);
  });

  it("finds nothing wrong with what is right", () => {
    expect(
      problems(
        'import { McpServer } from "@towpath/mcp-core";',
        'import { z } from "zod";',
        'const mcp = new McpServer("x");',
        'mcp.tool("add", { input: z.object({ a: z.number() }) }, ({ a }) => a.toFixed());',
      ),
    ).toEqual([]);
  });
});
