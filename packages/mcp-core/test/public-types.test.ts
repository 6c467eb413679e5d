import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it, vi } from "vitest";

// Each compiles a program of its own.
vi.setConfig({ testTimeout: 90_000 });

const here = fileURLToPath(new URL("./", import.meta.url));
const config = fileURLToPath(new URL("../tsconfig.build.json", import.meta.url));

function optionsOf(path: string): ts.CompilerOptions {
  const { config: read } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(read, ts.sys, fileURLToPath(new URL("../", import.meta.url))).options;
}

const options = optionsOf(config);

/** A program of one file that is not on disk. */
function programOf(text: string): { program: ts.Program; file: ts.SourceFile } {
  const host = ts.createCompilerHost(options);
  const name = `${here}virtual.ts`;
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) =>
    path === name ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022) : readFile(path, ...rest);
  const program = ts.createProgram([name], options, host);
  const file = program.getSourceFile(name);
  if (file === undefined) throw new Error("The program has no file");
  return { program, file };
}

const schemas = {
  zod: {
    imports: 'import { z } from "zod";',
    schema: (n: number) =>
      `z.object({ a: z.number(), b${String(n)}: z.string().optional(), list: z.array(z.string()) })`,
  },
  "plain JSON Schema": {
    imports: 'import { jsonSchema } from "../src/json-schema/index.js";',
    schema: (n: number) =>
      `jsonSchema({ type: "object", required: ["a"], properties: { a: { type: "number" }, b${String(n)}: { type: "string" }, list: { type: "array", items: { type: "string" } } } } as const)`,
  },
};

function serverOf(tools: number, { imports, schema }: (typeof schemas)["zod"]): string {
  const calls = Array.from(
    { length: tools },
    (_, n) =>
      `server.tool("t${String(n)}", { input: ${schema(n)} }, ({ a }, ctx) => { ctx.log.info("called"); return a + 1; });`,
  );
  return [
    imports,
    'import { McpServer } from "../src/index.js";',
    'const server = new McpServer("s");',
    ...calls,
  ].join("\n");
}

/** How many types the compiler makes of generic ones, to check the file and what it needs. */
function instantiations(text: string): number {
  const { program, file } = programOf(text);
  const problems = program.getSemanticDiagnostics(file).map(({ messageText }) => messageText);
  expect(problems).toEqual([]);
  return program.getInstantiationCount();
}

describe("the public types", () => {
  // TypeScript 6.0 with zod 4.6 makes 36,127 for zod and 29,340 for JSON Schema; the bounds leave a quarter more.
  it.each([
    ["zod", 45_000],
    ["plain JSON Schema", 37_000],
  ] as const)("cost the compiler a bounded effort for 100 tools with %s", (kind, bound) => {
    expect(instantiations(serverOf(100, schemas[kind]))).toBeLessThan(bound);
  });

  it("name no type of zod's", () => {
    const entries = ["index", "json-schema/index", "transport/index", "testing/index"].map((entry) =>
      fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url)),
    );
    const program = ts.createProgram(entries, {
      ...options,
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
    });
    const emitted = new Map<string, string>();
    program.emit(undefined, (name, text) => emitted.set(name, text), undefined, true);
    expect(emitted.size).toBeGreaterThan(50);
    const naming = [...emitted].filter(([, text]) => /from "zod|import\("zod|ZodType/.test(text));
    expect(naming.map(([name]) => name)).toEqual([]);
  });
});
