import { readFileSync } from "node:fs";
import ts from "typescript";

/** TypeScript of one document that is compiled as one module. */
export interface Snippet {
  /** The document, as a path from the root. */
  readonly document: string;
  /** The line of the fence it begins at, from 1. */
  readonly line: number;
  /** Its code, on the lines it has in the document. */
  readonly text: string;
}

const FENCE = /^ *```(?<info>.*)$/;
const LANGUAGES: ReadonlySet<string> = new Set(["ts", "typescript"]);

/**
 * Reads the TypeScript of a Markdown document. What is fenced as `ts continue` goes on where the snippet before
 * it ended; what is fenced as `ts ignore` cannot stand alone, and is left out.
 */
export function snippetsOf(document: string, markdown: string): readonly Snippet[] {
  const lines = markdown.split("\n");
  const snippets: { line: number; code: Map<number, string> }[] = [];
  let info: string | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = FENCE.exec(line)?.groups?.["info"];
    if (fence !== undefined) {
      info = info === undefined ? fence : undefined;
      if (info !== undefined && isCompiled(info) && !isContinued(info)) {
        snippets.push({ line: index + 1, code: new Map() });
      }
    } else if (info !== undefined && isCompiled(info)) snippets.at(-1)?.code.set(index, line);
  }
  return snippets.map(({ line, code }) => ({
    document,
    line,
    text: lines.map((_, index) => code.get(index) ?? "").join("\n"),
  }));
}

/** What is wrong with some snippets, each with its document and line. */
export function problemsOf(snippets: readonly Snippet[], root: string): readonly string[] {
  const modules = new Map(snippets.map((snippet) => [moduleName(snippet, root), snippet]));
  const options = compilerOptions(root);
  const files = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...files,
    fileExists: (name) => modules.has(name) || files.fileExists(name),
    readFile: (name) => modules.get(name)?.text ?? files.readFile(name),
    getSourceFile: (name, version, ...rest) => {
      const snippet = modules.get(name);
      return snippet === undefined
        ? files.getSourceFile(name, version, ...rest)
        : ts.createSourceFile(name, snippet.text, version);
    },
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  // What is wrong with the packages themselves, their own type-check tells.
  const diagnostics = [...modules.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return [...program.getOptionsDiagnostics(), ...diagnostics].map((found) => describe(found, modules));
}

function isCompiled(info: string): boolean {
  const [language = "", ...marks] = info.trim().split(/\s+/);
  return LANGUAGES.has(language) && !marks.includes("ignore");
}

function isContinued(info: string): boolean {
  return info.trim().split(/\s+/).includes("continue");
}

/** Modules stand where the demo does, which has every package to import from. */
function moduleName({ document, line }: Snippet, root: string): string {
  return `${root}apps/demo/${document.replaceAll("/", "_")}_${String(line)}.ts`;
}

function compilerOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => readFileSync(path, "utf8")) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A reader is shown what there is, whether the example uses it or not.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}

function describe(diagnostic: ts.Diagnostic, modules: ReadonlyMap<string, Snippet>): string {
  const { file, start = 0, messageText } = diagnostic;
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (file === undefined) return message;
  const line = file.getLineAndCharacterOfPosition(start).line + 1;
  return `${modules.get(file.fileName)?.document ?? file.fileName}:${String(line)}: ${message}`;
}
