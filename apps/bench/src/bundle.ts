import { createRequire } from "node:module";
import { join } from "node:path";
import { kilobytes } from "./format.js";
import type { Implementation } from "./implementations.js";
import type { Cell, Detail, Row } from "./measure.js";
import { paths } from "./paths.js";
import { reasonOf } from "./samples.js";

/** The part of esbuild's interface that is used; the package belongs to the peers and has no types here. */
interface Esbuild {
  readonly build: (options: Record<string, unknown>) => Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
    readonly metafile: {
      readonly outputs: Readonly<
        Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
      >;
    };
  }>;
}

interface Bundle {
  readonly bytes: number;
  readonly zodBytes: number;
}

async function bundle(server: string): Promise<Bundle> {
  // The version of esbuild is pinned by the lockfile of the peers.
  const { build } = createRequire(join(paths.peers, "package.json"))("esbuild") as Esbuild;
  const { outputFiles, metafile } = await build({
    entryPoints: [server],
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    // What fastmcp can use if it is there, and is not.
    external: ["effect", "sury", "@valibot/to-json-schema"],
    metafile: true,
    logLevel: "silent",
    // The workspace's own paths would lead to the sources instead of what is installed.
    tsconfigRaw: "{}",
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    zodBytes: inputs
      .filter(([path]) => path.includes("node_modules/zod/"))
      .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
  };
}

async function describeBundle(
  implementation: Implementation,
  server: string,
): Promise<{ cell: string; value: string }> {
  try {
    const { bytes, zodBytes } = await bundle(server);
    const importsZod = server === implementation.stdio?.add && implementation.id === "towpath-zod";
    if (implementation.id.startsWith("towpath") && !importsZod && zodBytes > 0) {
      throw new Error(`a server without zod has ${zodBytes} bytes of it in its bundle`);
    }
    return { cell: kilobytes(bytes), value: `${kilobytes(bytes)}, of which zod ${kilobytes(zodBytes)}` };
  } catch (error) {
    return { cell: "failed", value: `failed: ${reasonOf(error)}` };
  }
}

/** A row of the table: what one server of each implementation is as one minified file. */
export async function bundleRow(
  implementations: readonly Implementation[],
  serverOf: (implementation: Implementation) => string | undefined,
  { title, target }: Pick<Row, "title" | "target">,
): Promise<Row> {
  const cells: Record<string, Cell> = {};
  const details: Detail[] = [];
  for (const implementation of implementations) {
    const server = serverOf(implementation);
    if (server === undefined) continue;
    const { cell, value } = await describeBundle(implementation, server);
    cells[implementation.id] = { handshake: cell };
    details.push({ contender: implementation.label, value });
  }
  return { title, raw: "", cells, target, details };
}
