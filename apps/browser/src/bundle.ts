import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface Bundle {
  readonly script: string;
  /** The files it is made of, as paths from the root of the repository. */
  readonly inputs: readonly string[];
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const HERE = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles for a page, as a user's bundler does: packages are what their `exports` say they are in browsers.
 * @param entry a file of this workspace, or the text of a module
 */
export async function bundle(entry: `src/${string}` | { readonly text: string }): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...(typeof entry === "string"
      ? { entryPoints: [HERE + entry] }
      : { stdin: { contents: entry.text, resolveDir: HERE, loader: "ts" } }),
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: "browser",
    conditions: ["browser"],
    format: "iife",
    globalName: "towpath",
    target: "es2022",
    logLevel: "silent",
    // Without the repository's own, whose `paths` lead past the packages' exports.
    tsconfigRaw: {},
  });
  return { script: outputFiles.map(({ text }) => text).join(""), inputs: Object.keys(metafile.inputs) };
}

/** Bytes of all that a page has to load before the module can run, where the bundler splits what is loaded on demand. */
export async function loadedAtOnce(text: string): Promise<number> {
  const { metafile } = await build({
    stdin: { contents: text, resolveDir: HERE, loader: "ts" },
    absWorkingDir: ROOT,
    outdir: "split",
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    tsconfigRaw: {},
  });
  const { outputs } = metafile;
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === "<stdin>");
  const loaded = new Set(first === undefined ? [] : [first]);
  for (const path of loaded)
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") loaded.add(next);
  return [...loaded].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}
