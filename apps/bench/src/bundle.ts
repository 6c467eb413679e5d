import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { kilobytes } from "./format.js";
import type { Implementation } from "./implementations.js";
import type { Cell, Detail, Row } from "./measure.js";
import { paths } from "./paths.js";
import { reasonOf } from "./samples.js";

/** The part of esbuild's interface that is used; the package belongs to the peers and has no types here. */
interface Esbuild {
  readonly build: (options: Record<string, unknown>) => Promise<{
    readonly metafile: {
      readonly outputs: Readonly<Record<string, Output>>;
    };
  }>;
}

/** A file that esbuild made. */
interface Output {
  readonly bytes: number;
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

interface Bundle {
  /** Of all files. */
  readonly bytes: number;
  /** Of the files that are loaded only when something in them is needed. */
  readonly laterBytes: number;
  readonly zodBytes: number;
}

/** How a program is bundled for what it runs in: on Node as one file, in a browser as those it loads. */
const runtimes = {
  node: { platform: "node", target: "node20" },
  browser: { platform: "browser", target: "es2022", splitting: true, outdir: "bundle" },
} as const;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What is loaded together with the file at this path. */
function loadedWith(path: string, outputs: Readonly<Record<string, Output>>, loaded = new Set<string>()) {
  if (loaded.has(path)) return loaded;
  loaded.add(path);
  const imports = outputs[path]?.imports ?? [];
  for (const { path: next } of imports.filter(({ kind }) => kind === "import-statement"))
    loadedWith(next, outputs, loaded);
  return loaded;
}

async function bundle(program: string, runtime: keyof typeof runtimes): Promise<Bundle> {
  // The version of esbuild is pinned by the lockfile of the peers.
  const { build } = createRequire(join(paths.peers, "package.json"))("esbuild") as Esbuild;
  const { metafile } = await build({
    ...runtimes[runtime],
    entryPoints: [program],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    // What fastmcp can use if it is there, and is not.
    external: ["effect", "sury", "@valibot/to-json-schema"],
    metafile: true,
    logLevel: "silent",
    // The workspace's own paths would lead to the sources instead of what is installed.
    tsconfigRaw: "{}",
  });
  const outputs = Object.entries(metafile.outputs);
  const entries = outputs.filter(([, { entryPoint }]) => entryPoint?.endsWith(basename(program)) === true);
  const atOnce = new Set(entries.flatMap(([path]) => [...loadedWith(path, metafile.outputs)]));
  return {
    bytes: sum(outputs.map(([, { bytes }]) => bytes)),
    laterBytes: sum(outputs.filter(([path]) => !atOnce.has(path)).map(([, { bytes }]) => bytes)),
    zodBytes: sum(
      outputs
        .flatMap(([, { inputs }]) => Object.entries(inputs))
        .filter(([path]) => path.includes("node_modules/zod/"))
        .map(([, { bytesInOutput }]) => bytesInOutput),
    ),
  };
}

async function describeBundle(
  implementation: Implementation,
  program: string,
  runtime: keyof typeof runtimes,
): Promise<{ cell: string; value: string }> {
  try {
    const { bytes, laterBytes, zodBytes } = await bundle(program, runtime);
    const importsZod = program === implementation.stdio?.add && implementation.id === "towpath-zod";
    if (implementation.id.startsWith("towpath") && !importsZod && zodBytes > 0) {
      throw new Error(`a program without zod has ${zodBytes} bytes of it in its bundle`);
    }
    const later = laterBytes === 0 ? "" : ` and ${kilobytes(laterBytes)}`;
    const when = laterBytes === 0 ? "" : ", the second part only when it is needed";
    const cell = `${kilobytes(bytes - laterBytes)}${later}`;
    return { cell, value: `${cell}${when}, of which zod ${kilobytes(zodBytes)}` };
  } catch (error) {
    return { cell: "failed", value: `failed: ${reasonOf(error)}` };
  }
}

/** A row of the table: what one program of each implementation is, minified. */
export async function bundleRow(
  implementations: readonly Implementation[],
  programOf: (implementation: Implementation) => string | undefined,
  { title, target, runtime = "node" }: Pick<Row, "title" | "target"> & { runtime?: keyof typeof runtimes },
): Promise<Row> {
  const cells: Record<string, Cell> = {};
  const details: Detail[] = [];
  for (const implementation of implementations) {
    const program = programOf(implementation);
    if (program === undefined) continue;
    const { cell, value } = await describeBundle(implementation, program, runtime);
    cells[implementation.id] = { handshake: cell };
    details.push({ contender: implementation.label, value });
  }
  return { title, raw: "", cells, target, details };
}
