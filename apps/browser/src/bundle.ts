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
