import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

export interface Fixture {
  /** Where it was built to. */
  readonly path: string;
  remove(): Promise<void>;
}

/** `ws` is CommonJS, and requires modules of Node's. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Bundles a program of `fixtures` from the sources of the workspace, so that nothing stale is tested. */
export async function buildFixture(name: string): Promise<Fixture> {
  const test = fileURLToPath(new URL("..", import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), "towpath-ws-"));
  await build({
    entry: { [name]: `${test}fixtures/${name}.ts` },
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    platform: "node",
    target: "node20",
    tsconfig: `${test}../tsconfig.json`,
    noExternal: [/.*/],
    banner: { js: REQUIRE },
    outDir,
    config: false,
    silent: true,
  });
  return { path: join(outDir, `${name}.mjs`), remove: () => rm(outDir, { recursive: true }) };
}
